import { InvalidBundleError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import * as v from 'valibot';
import { stepReads } from './steps/program-steps.ts';
import type { TensorProgram } from './tensor-program.ts';
import { tensorProgramSchema } from './tensor-program-schema.ts';

/**
 * Reads a program. Checks every field, and that every name is written before it is read.
 * @param bytes The JSON file.
 * @param weightNames Names of the tensors in the program's weights file.
 * @param path Path of the program, for messages.
 * @throws InvalidBundleError naming the first problem.
 */
export function parseTensorProgram(bytes: Uint8Array, weightNames: Iterable<string>, path: string): TensorProgram {
  const json = parseJson(
    bytes,
    (reason, cause) =>
      new InvalidBundleError(`${path}: ${reason}; the file was truncated or changed. Copy the bundle again.`, {
        cause,
        path,
      }),
  );
  const result = v.safeParse(tensorProgramSchema, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const place = v.getDotPath(issue);
    throw new InvalidBundleError(
      `${path}: not a stage program that this release can run: ${place ?? 'the program'}: ${issue.message}. ` +
        'Make the bundle again with this release.',
      { expected: issue.expected, received: issue.received, path: place === null ? path : `${path}: ${place}` },
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
        `${path}: step "${step.output}" reads "${missing}", which no earlier step writes. Make the bundle again.`,
        { expected: 'an input, a weight or an earlier output', received: missing, path },
      );
    }
    if (known.has(step.output)) {
      throw new InvalidBundleError(`${path}: "${step.output}" is written twice. Make the bundle again.`, {
        received: step.output,
        path,
      });
    }
    known.add(step.output);
    written.add(step.output);
  }
  const unwritten = [...program.outputs.map(({ name }) => name), program.logits].find((name) => !written.has(name));
  if (unwritten !== undefined) {
    throw new InvalidBundleError(`${path}: no step writes the output "${unwritten}". Make the bundle again.`, {
      expected: unwritten,
      path,
    });
  }
}
