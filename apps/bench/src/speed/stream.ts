import { type ClassifyOptions, classify, classifyStream, type DenseInputBatch, type StagedModel } from '@ztw/core';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { median } from '../median.ts';
import type { Inputs } from './read-inputs.ts';

export interface StreamSpeed {
  /** Images per second. */
  readonly stream: number;
  readonly fixedBatches: number;
  /** Speed of the stream divided by that of the batches in the same round; median over the rounds. */
  readonly ratio: number;
  readonly ratioQuartiles: readonly [number, number];
  readonly inOrder: boolean;
  /** Resident memory after the last round minus that after the first, in MiB. */
  readonly growth: number;
}

/** Runs 2,000 images as a stream and in fixed batches of 32, in turns. */
export async function streamSpeed(
  model: StagedModel,
  options: Pick<ClassifyOptions, 'policy' | 'ensemble'>,
  inputs: Inputs,
  rounds: number,
): Promise<StreamSpeed> {
  const rows = Math.min(2000, inputs.rows);
  const all = inputs.batch(0, rows);
  const size = rowSize(denseInput(model).rowShape);
  const rates: { stream: number; fixed: number }[] = [];
  const memory: number[] = [];
  let inOrder = true;
  for (let round = 0; round < rounds; round++) {
    const seconds = { stream: 0, fixed: 0 };
    const runs = {
      stream: async (): Promise<void> => {
        let expected = 0;
        for await (const { row } of classifyStream(model, rowsOf(all, size), options)) {
          inOrder &&= row === expected++;
        }
        inOrder &&= expected === rows;
      },
      fixed: async (): Promise<void> => {
        await classify(model, all, { ...options, batchSize: 32 });
      },
    };
    for (const kind of round % 2 === 0 ? (['stream', 'fixed'] as const) : (['fixed', 'stream'] as const)) {
      const start = performance.now();
      await runs[kind]();
      seconds[kind] = (performance.now() - start) / 1000;
    }
    rates.push({ stream: rows / seconds.stream, fixed: rows / seconds.fixed });
    memory.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const ratios = rates.map(({ stream, fixed }) => stream / fixed).sort((a, b) => a - b);
  const quartile = (share: number): number => ratios[Math.round(share * (ratios.length - 1))] ?? Number.NaN;
  return {
    stream: median(rates.map(({ stream }) => stream)),
    fixedBatches: median(rates.map(({ fixed }) => fixed)),
    ratio: median(ratios),
    ratioQuartiles: [quartile(0.25), quartile(0.75)],
    inOrder,
    growth: (memory.at(-1) ?? 0) - (memory[0] ?? 0),
  };
}

async function* rowsOf({ data, rows }: DenseInputBatch, size: number): AsyncGenerator<Float32Array> {
  for (let row = 0; row < rows; row++) yield data.subarray(row * size, (row + 1) * size);
}
