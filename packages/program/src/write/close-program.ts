import type { ProgramBody } from '../passes/program-body.ts';
import { stepReads } from '../steps/program-steps.ts';
import type { TensorProgram } from '../tensor-program.ts';
import type { StoredWeight } from './stored-weight.ts';

/** The fields of a program other than its steps. */
export type ProgramPorts = Pick<TensorProgram, 'inputs' | 'previousLogits' | 'outputs' | 'logits'>;

export interface WrittenProgram {
  readonly program: TensorProgram;
  /** Exactly the stored tensors that steps read. */
  readonly weights: ReadonlyMap<string, StoredWeight>;
}

/** Makes a program from a body. */
export function closeProgram(
  { steps, weights }: ProgramBody,
  { inputs, previousLogits, outputs, logits }: ProgramPorts,
): WrittenProgram {
  const read = new Set(steps.flatMap(stepReads));
  return {
    program: { format: 'ztw-stage-program', version: 1, inputs, previousLogits, outputs, logits, steps },
    weights: new Map([...weights].filter(([name]) => read.has(name))),
  };
}

/** A program as the JSON that `parseTensorProgram` reads. */
export function encodeTensorProgram(program: TensorProgram): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(program)}\n`);
}
