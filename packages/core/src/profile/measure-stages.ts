// Milliseconds per stage on this device. MACs say how much a stage computes; only a measurement says how long it takes.

import type { InputBatch, NamedInputBatch } from '../contract/input.ts';
import type { StagedModel } from '../contract/staged-model.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import { letEventsIn } from '../inference/let-events-in.ts';
import { requireFeatures } from '../inference/run-exit.ts';
import { checkInputBatch } from '../input/check-input.ts';
import { sliceInput } from '../input/input-rows.ts';
import type { DeviceProfile } from './device-profile.ts';

export interface MeasureStagesOptions {
  /** At least as many rows as the largest batch. */
  readonly input: InputBatch;
  /** Default: 1 and 32. */
  readonly batchSizes?: readonly number[];
  /** Measurements of each batch size; the result is their median. Default: 30. */
  readonly repeats?: number;
  /** Runs that are not counted. Default: 3. */
  readonly warmUps?: number;
  /** Description of the device for the profile: runtime, threads, processor. */
  readonly device?: string;
  /** Runs the uncut network without ICs on a batch, for comparison. */
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
 * Measures the time of each stage while no row leaves. Batch sizes and the uncut network take turns, so that a busy
 * machine slows all of them alike. The median is robust against disturbances of single runs.
 * @throws InvalidInputError for an input or option that does not fit; RuntimeFailureError if the runtime fails;
 *   AbortedError if `signal` fires.
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
  const checked = checkInputBatch(input, model.inputs);
  checkCounts(batchSizes, repeats, warmUps, input.rows);
  const records = batchSizes.map((rows) => ({
    input: sliceInput(checked, 0, rows),
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
  input: NamedInputBatch,
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
    if (held !== null) model.release(held);
  }
  return milliseconds;
}

function checkCounts(batchSizes: readonly number[], repeats: number, warmUps: number, rows: number): void {
  const bad = [...batchSizes, repeats].find((count) => !(Number.isInteger(count) && count >= 1));
  if (batchSizes.length === 0 || bad !== undefined || !(Number.isInteger(warmUps) && warmUps >= 0)) {
    throw new InvalidInputError(
      `Expected whole numbers of at least 1 as batch sizes and repeats, and 0 or more warm-ups; ` +
        `received batches of [${batchSizes.join(', ')}], ${repeats} repeats, ${warmUps} warm-ups.`,
    );
  }
  const largest = Math.max(...batchSizes);
  if (largest > rows) {
    throw new InvalidInputError(`Expected at least ${largest} rows of input, the largest batch; received ${rows}.`, {
      expected: largest,
      received: rows,
      path: 'rows',
    });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
