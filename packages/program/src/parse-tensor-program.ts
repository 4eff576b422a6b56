import { InvalidBundleError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import * as v from 'valibot';
import { stepReads } from './steps/program-steps.ts';
import type { TensorProgram } from './tensor-program.ts';
import { tensorProgramSchema } from './tensor-program-schema.ts';

/**
 * Reads a program: every field of the right kind, and every name written before it is read.
 * @param bytes The JSON file.
 * @param weightNames Names of the tensors in the file of weights that belongs to it.
 * @param path For messages.
 * @throws InvalidBundleError naming what is wrong.
 */
export function parseTensorProgram(bytes: Uint8Array, weightNames: Iterable<string>, path: string): TensorProgram {
  const json = parseJson(
    bytes,
    (reason, cause) => new InvalidBundleError(`${path}: ${reason}; the file was cut short or changed.`, { cause }),
  );
  const result = v.safeParse(tensorProgramSchema, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw new InvalidBundleError(
      `${path}: not a stage program that this release can run: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}. ` +
        'Make the bundle again with this release.',
    );
  }
  checkNames(result.output, weightNames, path);
  return result.output;
}

function checkNames(program: TensorProgram, weightNames: Iterable<string>, path: string): void {
  const known = new Set(weightNames);
  for (const { name } of program.inputs) known.add(name);
  if (program.previousLogits !== null) known.add(program.previousLogits);
  const written = new Set<string>();
  for (const step of program.steps) {
    const missing = stepReads(step).find((name) => !known.has(name));
    if (missing !== undefined) {
      throw new InvalidBundleError(
        `${path}: step "${step.output}" reads "${missing}", which nothing before it writes.`,
      );
    }
    if (known.has(step.output)) throw new InvalidBundleError(`${path}: "${step.output}" is written twice.`);
    known.add(step.output);
    written.add(step.output);
  }
  const unwritten = [...program.outputs.map(({ name }) => name), program.logits].find((name) => !written.has(name));
  if (unwritten !== undefined) throw new InvalidBundleError(`${path}: no step writes the output "${unwritten}".`);
}
