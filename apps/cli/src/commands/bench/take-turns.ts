// The rows of a benchmark: contenders timed in turns on the same batches.

import type { InputBatch } from '@ztw/core';
import { interleave, type Timing, timingOf } from '@ztw/core/evaluation';
import type { ExecutorKind } from '@ztw/runtime-onnx';
import type { JobContext } from '../../program/job-context.ts';
import type { BenchInputs } from './bench-inputs.ts';

/** One contender at one batch size. */
export interface BenchRow extends Timing {
  /** `whole`: the uncut network; `staged`: all stages, no exit; `early`: with exits. */
  readonly contender: 'whole' | 'staged' | 'early';
  /** How it runs; null for the uncut network. */
  readonly executor: ExecutorKind | null;
  readonly batch: number;
  /** Images per second over the whole measurement. */
  readonly imagesPerSecond: number;
  /** Total time as a share of the reference's. */
  readonly timeRatio: number;
  /** Mean MACs as a share of the last network without ICs. */
  readonly macsRatio: number;
}

/** One way to classify. */
export interface BenchContender {
  readonly name: BenchRow['contender'];
  readonly executor: ExecutorKind | null;
  /** Runs one batch. @returns its mean MACs as a share of the backbone's. */
  run(input: InputBatch): Promise<number>;
}

const defaultImages = 512;
const fewestBatches = 30;
const warmUpBatches = 5;

/**
 * @returns one row per contender, in their order; the first is the reference.
 * @throws AbortedError once the signal has fired.
 */
export async function takeTurns(
  contenders: readonly BenchContender[],
  inputs: BenchInputs,
  batch: number,
  repeat: number | null,
  context: JobContext,
): Promise<readonly BenchRow[]> {
  const rounds = repeat ?? Math.max(fewestBatches, Math.ceil(defaultImages / batch));
  const macs = contenders.map(() => new Float64Array(rounds));
  let input = await inputs.batch(0, batch);
  const timed = await interleave(
    contenders.map(({ name, run }, index) => ({
      name,
      run: async (round) => {
        (macs[index] as Float64Array)[round] = await run(input);
      },
    })),
    {
      rounds,
      warmUps: warmUpBatches,
      prepare: async (round) => {
        input = await inputs.batch(round, batch);
      },
      signal: context.signal,
      onProgress: (done, total) =>
        context.onProgress({
          phase: `Measuring batches of ${batch}`,
          done,
          total,
          remainingSeconds: null,
          detail: null,
        }),
    },
  );
  const timings = timed.map(({ milliseconds }) => timingOf(milliseconds));
  const yardstick = timings[0]?.totalMilliseconds ?? Number.NaN;
  return contenders.map(({ name, executor }, index) => {
    const timing = timings[index] as Timing;
    const spent = macs[index] as Float64Array;
    return {
      contender: name,
      executor,
      batch,
      ...timing,
      imagesPerSecond: (1000 * batch * rounds) / timing.totalMilliseconds,
      timeRatio: timing.totalMilliseconds / yardstick,
      macsRatio: spent.reduce((sum, share) => sum + share, 0) / rounds,
    };
  });
}
