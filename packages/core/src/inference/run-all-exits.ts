import type { InputBatch } from '../contract/input.ts';
import type { StagedModel } from '../contract/staged-model.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import { namedInput } from '../input/check-input.ts';
import { batchesOf } from '../input/input-rows.ts';
import { letEventsIn } from './let-events-in.ts';
import { checkLogits, requireFeatures } from './run-exit.ts';

export interface RunAllExitsOptions {
  /** Rows that run together. Default: 256. */
  readonly batchSize?: number;
  /** Called after each batch with the number of rows finished so far. */
  readonly onProgress?: (rowsDone: number) => void;
  /** Stops the run between two stages. */
  readonly signal?: AbortSignal;
}

/** The defaults of `runAllExits`. */
export const runAllExitsDefaults: { readonly batchSize: number } = { batchSize: 256 };

/**
 * Runs every row through every stage and keeps the logits of all exits, for evaluation and calibration.
 * @param input Rows of all inputs of the model.
 * @returns one `[rows, classes]` array of raw logits per exit.
 * @throws InvalidInputError for an input that does not fit the model.
 * @throws RuntimeFailureError if the runtime fails, or a stage returns NaN.
 * @throws AbortedError if `signal` fires.
 */
export async function runAllExits<Features>(
  model: StagedModel<Features>,
  input: InputBatch,
  options: RunAllExitsOptions = {},
): Promise<readonly Float32Array[]> {
  const { batchSize, onProgress, signal } = { ...runAllExitsDefaults, ...options };
  const { classes, inputs, stages } = model;
  const whole = namedInput(input, inputs);

  const exits = stages.map((stage) => ({ stage, logits: new Float32Array(input.rows * classes) }));
  for (const batch of batchesOf(whole, batchSize)) {
    const { rows } = batch.input;
    throwIfAborted(signal, 'run');
    let held: Features | null = await model.load(batch.input);
    let previousLogits: Float32Array | null = null;
    try {
      for (const [stageIndex, { stage, logits }] of exits.entries()) {
        await letEventsIn(signal);
        throwIfAborted(signal, 'run');
        const features = requireFeatures(held, stageIndex);
        held = null;
        const output = await model.runStage(stageIndex, features, stage.usesPreviousLogits ? previousLogits : null);
        held = output.features;
        checkLogits(output.logits, rows, classes, stage);
        logits.set(output.logits, batch.firstRow * classes);
        previousLogits = output.logits;
      }
    } finally {
      if (held !== null) model.release(held);
    }
    onProgress?.(batch.firstRow + rows);
  }
  return exits.map(({ logits }) => logits);
}
