// Contenders that take turns at the same batches, so that a busy machine slows them alike.

import type { InputBatch } from '@ztw/core';
import type { ExecutorKind } from '@ztw/runtime-onnx';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import type { BenchInputs } from './bench-inputs.ts';
import { type Timing, timingOf } from './timing.ts';

/** One contender at one batch size. */
export interface BenchRow extends Timing {
  /** `whole`: the uncut network; `staged`: stage by stage, nobody leaves; `early`: with exits. */
  readonly contender: 'whole' | 'staged' | 'early';
  /** How it runs; null for the uncut network. */
  readonly executor: ExecutorKind | null;
  readonly batch: number;
  /** Images per second over the whole measurement. */
  readonly imagesPerSecond: number;
  /** Total time as a share of the yardstick's. */
  readonly timeRatio: number;
  /** Mean MACs as a share of the last network without ICs. */
  readonly macsRatio: number;
}

/** One way to classify. */
export interface Contender {
  readonly name: BenchRow['contender'];
  readonly executor: ExecutorKind | null;
  /** Runs one batch. @returns its mean MACs as a share of the backbone's. */
  run(input: InputBatch): Promise<number>;
}

const defaultImages = 512;
const fewestBatches = 30;
const warmUpBatches = 5;

/** @returns one row per contender, in their order; the first is the yardstick. @throws AbortedError once the signal has fired. */
export async function takeTurns(
  contenders: readonly Contender[],
  inputs: BenchInputs,
  batch: number,
  repeat: number | null,
  context: JobContext,
): Promise<readonly BenchRow[]> {
  const rounds = repeat ?? Math.max(fewestBatches, Math.ceil(defaultImages / batch));
  const records = contenders.map((contender) => ({ contender, milliseconds: [] as number[], macs: 0 }));
  for (let round = -warmUpBatches; round < rounds; round++) {
    throwIfAborted(context.signal);
    const input = await inputs.batch(Math.max(0, round), batch);
    // Each round begins with another contender, so that none always profits from the caches that the one before has filled.
    for (let turn = 0; turn < records.length; turn++) {
      const record = records[(Math.max(0, round) + turn) % records.length] as (typeof records)[number];
      const start = performance.now();
      const macs = await record.contender.run(input);
      if (round < 0) continue;
      record.milliseconds.push(performance.now() - start);
      record.macs += macs;
    }
    context.onProgress({
      phase: `Measuring batches of ${batch}`,
      done: round + warmUpBatches + 1,
      total: rounds + warmUpBatches,
      remainingSeconds: null,
      detail: null,
    });
  }
  const yardstick = timingOf(records[0]?.milliseconds ?? []).totalMilliseconds;
  return records.map(({ contender, milliseconds, macs }) => {
    const timing = timingOf(milliseconds);
    return {
      contender: contender.name,
      executor: contender.executor,
      batch,
      ...timing,
      imagesPerSecond: (1000 * batch * rounds) / timing.totalMilliseconds,
      timeRatio: timing.totalMilliseconds / yardstick,
      macsRatio: macs / rounds,
    };
  });
}
