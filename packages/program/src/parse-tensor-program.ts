import { InvalidBundleError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import * as v from 'valibot';
import { stepReads } from './steps/program-steps.ts';
import type { TensorProgram } from './tensor-program.ts';
import { tensorProgramSchema } from './tensor-program-schema.ts';
import { type ProgramWeight, programWeights } from './weights/program-weights.ts';

/** A program that was read, with all its weights. */
export interface ParsedProgram {
  readonly program: TensorProgram;
  readonly weights: readonly ProgramWeight[];
}

/**
 * Reads a program. Checks every field, that every name is written before it is read, and that every weight is inside
 * its stored tensor.
 * @param bytes The JSON file.
 * @param stored Shapes of the tensors in the program's weights files, by name.
 * @param path Path of the program, for messages.
 * @throws InvalidBundleError naming the first problem.
 */
export function parseTensorProgram(
  bytes: Uint8Array,
  stored: ReadonlyMap<string, readonly number[]>,
  path: string,
): ParsedProgram {
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
  const program = result.output;
  const weights = programWeights(program.weights, stored, path);
  checkNames(program, weights, path);
  return { program, weights };
}

function checkNames(program: TensorProgram, weights: readonly ProgramWeight[], path: string): void {
  const known = new Set(weights.map(({ name }) => name));
  if (known.size < weights.length) {
    throw new InvalidBundleError(`${path}: two weights have the same name. Make the bundle again.`, { path });
  }
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
