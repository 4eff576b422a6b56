import { InvalidInputError } from '@ztw/core';
import type { NewClassesJob } from '../personalise/new-classes-job.ts';

/**
 * Checks that a message has the form of a job. The trainer checks the options.
 * @throws InvalidInputError naming the field that is missing or has a wrong type.
 */
export function checkJob(job: unknown): NewClassesJob {
  const { classes, training, heldOut = null } = fieldsOf(job);
  const wrong = [
    ['classes', Array.isArray(classes) && classes.every((name) => typeof name === 'string')] as const,
    ['training', isLabelledRows(training)] as const,
    ['heldOut', heldOut === null || isLabelledRows(heldOut)] as const,
  ].find(([, fits]) => !fits);
  if (wrong !== undefined) {
    throw new InvalidInputError(
      `Expected a training job with a valid field "${wrong[0]}". Use the same release on both sides.`,
      { path: wrong[0] },
    );
  }
  return job as NewClassesJob;
}

function isLabelledRows(value: unknown): boolean {
  const { rows, labels } = fieldsOf(value);
  return rows instanceof Float32Array && labels instanceof Int32Array;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
