// Milliseconds per stage on the device at hand. MACs say what a stage computes; only a clock says what it costs.

import type { InputBatch, StagedModel } from '../contract/staged-model.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import { checkInputBatch } from '../inference/check-input.ts';
import { letEventsIn } from '../inference/let-events-in.ts';
import { releaseFeatures } from '../inference/release-features.ts';
import { requireFeatures } from '../inference/require-features.ts';
import { rowSize } from '../inference/row-size.ts';
import type { DeviceProfile } from './device-profile.ts';

export interface MeasureStagesOptions {
  /** At least as many rows as the largest batch. */
  readonly input: InputBatch;
  /** Default: 1 and 32. */
  readonly batchSizes?: readonly number[];
  /** Measurements of each batch size, whose median counts. Default: 30. */
  readonly repeats?: number;
  /** Runs that are not counted. Default: 3. */
  readonly warmUps?: number;
  /** Where this runs, for the profile: runtime, threads, processor. */
  readonly device?: string;
  /** Runs the uncut network without ICs on a batch, to compare with. */
  readonly runWhole?: (input: InputBatch) => Promise<unknown>;
  /** Called after each round over all batch sizes. */
  readonly onProgress?: (roundsDone: number, rounds: number) => void;
  /** Stops between two stages. */
  readonly signal?: AbortSignal;
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/** The defaults of `measureStages`. */
export const measureStagesDefaults: {
  readonly batchSizes: readonly number[];
  readonly repeats: number;
  readonly warmUps: number;
} = { batchSizes: [1, 32], repeats: 30, warmUps: 3 };

/**
 * Measures what each stage costs, with nobody leaving. Batch sizes and the uncut network take turns, so that a busy machine
 * slows all of them alike; the median leaves out what disturbed only some runs.
 * @throws InvalidInputError for an input or option that does not fit; RuntimeFailureError where the runtime fails;
 *   AbortedError where `signal` fires.
 */
export async function measureStages<Features>(
  model: StagedModel<Features>,
  options: MeasureStagesOptions,
): Promise<DeviceProfile> {
  const { input, batchSizes, repeats, warmUps, runWhole, onProgress, signal } = {
    ...measureStagesDefaults,
    ...options,
  };
  const now = options.now ?? (() => performance.now());
  checkInputBatch(input, model.inputShape);
  checkCounts(batchSizes, repeats, warmUps, input.rows);
  const size = rowSize(model.inputShape);
  const records = batchSizes.map((rows) => ({
    input: { rows, data: input.data.subarray(0, rows * size) },
    stages: model.stages.map((): number[] => []),
    whole: [] as number[],
  }));

  const rounds = warmUps + repeats;
  for (let round = 0; round < rounds; round++) {
    for (const record of records) {
      const milliseconds = await timeStages(model, record.input, now, signal);
      let wholeMilliseconds: number | null = null;
      if (runWhole !== undefined) {
        const start = now();
        await runWhole(record.input);
        wholeMilliseconds = now() - start;
      }
      if (round < warmUps) continue;
      for (const [stageIndex, times] of record.stages.entries()) times.push(milliseconds[stageIndex] as number);
      if (wholeMilliseconds !== null) record.whole.push(wholeMilliseconds);
    }
    onProgress?.(round + 1, rounds);
  }
  return {
    format: 'ztw-device-profile',
    version: 1,
    model: model.name,
    ...(options.device === undefined ? {} : { device: options.device }),
    stages: model.stages.map((stage) => stage.name),
    batches: records.map((record) => ({
      batchSize: record.input.rows,
      repeats,
      stageMilliseconds: record.stages.map((times) => median(times) / record.input.rows),
      wholeMilliseconds: record.whole.length === 0 ? null : median(record.whole) / record.input.rows,
    })),
  };
}

/** @returns milliseconds per stage for the whole batch. */
async function timeStages<Features>(
  model: StagedModel<Features>,
  input: InputBatch,
  now: () => number,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const milliseconds: number[] = [];
  await letEventsIn(signal);
  throwIfAborted(signal, 'measurement');
  let start = now();
  let held: Features | null = await model.load(input);
  let previousLogits: Float32Array | null = null;
  try {
    for (const [stageIndex, stage] of model.stages.entries()) {
      throwIfAborted(signal, 'measurement');
      const features = requireFeatures(held, stageIndex);
      held = null;
      const output = await model.runStage(stageIndex, features, stage.usesPreviousLogits ? previousLogits : null);
      held = output.features;
      previousLogits = output.logits;
      const end = now();
      milliseconds.push(end - start);
      start = end;
    }
  } finally {
    if (held !== null) releaseFeatures(model, held);
  }
  return milliseconds;
}

function checkCounts(batchSizes: readonly number[], repeats: number, warmUps: number, rows: number): void {
  const bad = [...batchSizes, repeats].find((count) => !(Number.isInteger(count) && count >= 1));
  if (batchSizes.length === 0 || bad !== undefined || !(Number.isInteger(warmUps) && warmUps >= 0)) {
    throw new InvalidInputError(
      `Expected batch sizes and repeats that are whole numbers from 1 on, and 0 or more warm-ups; ` +
        `received batches of [${batchSizes.join(', ')}], ${repeats} repeats, ${warmUps} warm-ups.`,
    );
  }
  const largest = Math.max(...batchSizes);
  if (largest > rows) {
    throw new InvalidInputError(`Expected at least ${largest} rows of input, the largest batch; received ${rows}.`);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
