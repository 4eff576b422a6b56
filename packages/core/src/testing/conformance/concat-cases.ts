// Joining rows of several runs.

import type { StagedModel } from '../../contract/staged-model.ts';
import { DisposedError } from '../../errors/errors.ts';
import { joinRows, takeRows } from '../../numeric/rows.ts';
import { check, checkClose, checkRejects } from './checks.ts';
import { type ConformanceCase, type ConformanceSubject, conformanceTolerance } from './conformance-subject.ts';
import { runStages } from './run-stages.ts';
import { sampleRows } from './sample-rows.ts';
import { withModel } from './with-model.ts';

/** Rows of the subject's input that run separately before they are joined. Of three rows, the second leaves first. */
const groups: readonly (readonly number[])[] = [[5], [0, 3, 7], [2, 1]];

export const concatCases: readonly ConformanceCase[] = [
  {
    name: 'joins the rows of several runs, before every stage',
    skip: cannotJoin,
    run: (subject) =>
      withModel(subject, async (model) => {
        const complete = await runStages(model, subject.input);
        for (let joinAt = 0; joinAt < model.stages.length; joinAt++)
          await checkJoined(model, subject, joinAt, complete);
      }),
  },
  {
    name: 'refuses to join rows after it was disposed',
    skip: cannotJoin,
    run: async (subject) => {
      const model = await subject.create();
      const parts = [await model.load(subject.input), await model.load(subject.input)];
      await model[Symbol.asyncDispose]();
      await checkRejects(async () => model.concatRows?.(parts), DisposedError.isInstance, 'concatRows after dispose');
    },
  },
];

function cannotJoin(subject: ConformanceSubject): string | null {
  return subject.supports.concatRows === true ? null : 'the subject does not support concatRows';
}

/** Runs each group up to a stage, drops one row, joins the groups, and runs the rest together. */
async function checkJoined(
  model: StagedModel,
  subject: ConformanceSubject,
  joinAt: number,
  complete: readonly Float32Array[],
): Promise<void> {
  const apart = [];
  for (const rows of groups) apart.push(await runUntil(model, subject, rows, joinAt));
  const rows = Int32Array.from(apart.flatMap((part) => part.rows));
  let features: unknown = await model.concatRows?.(apart.map((part) => part.features));
  let logits: Float32Array | null = joinRows(apart.map((part) => part.logits));
  for (let stageIndex = joinAt; stageIndex < model.stages.length; stageIndex++) {
    const usesPrevious = model.stages[stageIndex]?.usesPreviousLogits === true;
    const output = await model.runStage(stageIndex, features, usesPrevious ? logits : null);
    features = output.features;
    logits = output.logits;
    const expected = takeRows(complete[stageIndex] as Float32Array, model.classes, rows);
    const what = `stage ${stageIndex}, rows joined before stage ${joinAt}`;
    checkClose(logits, expected, subject.tolerance ?? conformanceTolerance, what);
  }
  check(features === null, 'Expected no features after the last stage.');
}

async function runUntil(
  model: StagedModel,
  subject: ConformanceSubject,
  group: readonly number[],
  joinAt: number,
): Promise<{ features: unknown; logits: Float32Array; rows: readonly number[] }> {
  let features: unknown = await model.load(sampleRows(subject.input, model, group));
  let logits: Float32Array = new Float32Array(0);
  for (let stageIndex = 0; stageIndex < joinAt; stageIndex++) {
    const usesPrevious = model.stages[stageIndex]?.usesPreviousLogits === true;
    ({ features, logits } = await model.runStage(stageIndex, features, usesPrevious ? logits : null));
  }
  if (group.length < 3) return { features, logits, rows: group };
  const kept = Int32Array.of(0, 2);
  return {
    features: await model.keepRows(features, kept),
    logits: joinAt === 0 ? logits : takeRows(logits, model.classes, kept),
    rows: group.filter((_, position) => kept.includes(position)),
  };
}
