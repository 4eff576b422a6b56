import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import type { InputBatch, StagedModel } from '../contract/staged-model.ts';
import { lastPrediction } from '../ensemble/last-prediction.ts';
import { batchesOf } from './batches.ts';
import { checkRowCount } from './check-input.ts';
import type { Classification, RowResult, StageEvent } from './classification.ts';
import { classifyBatch } from './classify-batch.ts';
import type { ExitMethod } from './exit-method.ts';
import { summarise } from './summarise.ts';

export interface ClassifyOptions {
  /** When a row may leave: `confidenceThreshold(0.9)`. */
  readonly policy: ExitPolicy;
  /** How the predictions so far become one. Default: `lastPrediction()`. */
  readonly ensemble?: Ensemble;
  /**
   * What a row answers that no exit lets go, the last included: the last exit's prediction, or the most confident one on its way, as in the
   * 2019 code of Shallow-Deep Networks. It has paid for the whole network in both cases. Default: `last`.
   */
  readonly fallback?: 'last' | 'most-confident';
  /** Rows that run together. Default: 256. */
  readonly batchSize?: number;
  /** Called after each stage of each batch, with the answers that became final there. An error in it ends the run. */
  readonly onStage?: (event: StageEvent) => void;
  /** Stops the run between two stages. */
  readonly signal?: AbortSignal;
}

/** The defaults of `classify`. */
export const classifyDefaults: { readonly fallback: 'last'; readonly batchSize: number } = {
  fallback: 'last',
  batchSize: 256,
};

/**
 * Classifies rows, each only as deep as it needs.
 * @param model One network, or a chain.
 * @param input `[rows, ...model.inputShape]`; it must not change until the promise settles. No rows give no results.
 * @returns one result per row, in the order of the input, and a summary.
 * @throws InvalidInputError for an input, policy or ensemble that does not fit the model.
 * @throws RuntimeFailureError where the runtime fails, or a stage returns NaN.
 * @throws AbortedError where `signal` fires; no features are left behind.
 * Source: Zero Time Waste, section 3.
 */
export async function classify<Features>(
  model: StagedModel<Features>,
  input: InputBatch,
  options: ClassifyOptions,
): Promise<Classification> {
  const { fallback, batchSize, signal, onStage } = { ...classifyDefaults, ...options };
  const method: ExitMethod = { policy: options.policy, ensemble: options.ensemble ?? lastPrediction(), fallback };
  checkRowCount(input, model.inputShape);

  const results = new Array<RowResult>(input.rows);
  for (const batch of batchesOf(input, model.inputShape, batchSize)) {
    for (const result of await classifyBatch(model, batch, method, { signal, onStage })) results[result.row] = result;
  }
  return { results, summary: summarise(results, model.stages.length) };
}
