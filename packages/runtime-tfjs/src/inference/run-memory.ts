// The number of rows that fit into the memory of the wasm backend. When its heap is full, its allocator returns address
// 0. Kernels then overwrite the memory there, and nothing runs afterwards. So a run that does not fit must not begin.

import { InvalidInputError } from '@ztw/core';
import type { ProgramSize, TensorProgram } from '@ztw/program';
import type { TensorflowInference } from './tensorflow-inference.ts';
import { wasmHeap } from './wasm-heap.ts';

/** The heap ends at 4 GiB. The rest is for weights, other models, and temporary memory of kernels. */
export const maximumRunBytes: number = 3 * 2 ** 30;

interface Step {
  readonly output: string;
  /** Tensors that no later step reads. */
  readonly lastReads: readonly string[];
}

/** The largest number of values per row that are in memory at once. */
export function peakValuesPerRow(
  program: TensorProgram,
  schedule: readonly Step[],
  shapes: ReadonlyMap<string, readonly ProgramSize[]>,
): number {
  const valuesOf = (name: string): number => {
    const sizes = shapes.get(name) ?? [];
    return sizes.reduce<number>((total, size) => total * (typeof size === 'number' ? size : size.perRow), 1);
  };
  let live = program.inputs.reduce((sum, { name }) => sum + valuesOf(name), 0);
  let peak = live;
  for (const { output, lastReads } of schedule) {
    live += valuesOf(output);
    peak = Math.max(peak, live);
    for (const name of lastReads) live -= valuesOf(name);
  }
  return peak;
}

/** @throws InvalidInputError for more rows than fit, on the wasm backend. */
export function checkRunMemory(tf: TensorflowInference, rows: number, peakValues: number, what: string): void {
  const fitting = Math.floor(maximumRunBytes / (4 * peakValues));
  if (rows > fitting && wasmHeap(tf) !== null) {
    throw new InvalidInputError(
      `Expected at most ${fitting} rows at once for ${what} on WebAssembly, whose memory ends at 4 GiB; received ${rows}. Choose a smaller batchSize.`,
      { expected: fitting, received: rows, path: what },
    );
  }
}
