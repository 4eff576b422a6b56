// Classification of a batch: rows pass through the stages together, and each leaves at the first exit that is confident
// enough.

import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import type { InputBatch } from '../contract/input.ts';
import type { StagedModel } from '../contract/staged-model.ts';
import { lastPrediction } from '../ensemble/last-prediction.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import { namedInput } from '../input/check-input.ts';
import { type Batch, batchesOf } from '../input/input-rows.ts';
import { type Classification, exitCosts, type RowResult, type StageEvent, summarise } from './classification.ts';
import { type ExitMethod, startRecycling } from './decide-exit.ts';
import { letEventsIn } from './let-events-in.ts';
import { type Passage, passExit, type RowsUnderWay } from './run-exit.ts';

export interface ClassifyOptions {
  /** When a row may leave: `confidenceThreshold(0.9)`. */
  readonly policy: ExitPolicy;
  /** How the predictions so far become one. Default: `lastPrediction()`. */
  readonly ensemble?: Ensemble;
  /**
   * The answer of a row that no exit releases, not even the last one: the prediction of the last exit, or of the most
   * confident exit, as in the 2019 code of Shallow-Deep Networks. The row costs the whole network in both cases.
   * Default: `last`.
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
 * Classifies rows. Each runs only as many stages as it needs.
 * @param model One network, or a chain.
 * @param input Rows of all inputs of the model; they must not change until the promise settles. No rows give no
 *   results.
 * @returns one result per row, in the order of the input, and a summary.
 * @throws InvalidInputError for an input, policy or ensemble that does not fit the model.
 * @throws RuntimeFailureError if the runtime fails, or a stage returns NaN.
 * @throws AbortedError if `signal` fires; no features are left behind.
 * Source: Zero Time Waste, section 3.
 */
export async function classify<Features>(
  model: StagedModel<Features>,
  input: InputBatch,
  options: ClassifyOptions,
): Promise<Classification> {
  const { fallback, batchSize, signal, onStage } = { ...classifyDefaults, ...options };
  const method: ExitMethod = { policy: options.policy, ensemble: options.ensemble ?? lastPrediction(), fallback };
  const whole = namedInput(input, model.inputs);
  const passage = { model, method, costs: exitCosts(model), onStage };

  const results = new Array<RowResult>(whole.rows);
  for (const batch of batchesOf(whole, batchSize)) {
    for (const result of await classifyBatch(passage, batch, signal)) results[result.row] = result;
  }
  return { results, summary: summarise(results, model.stages.length) };
}

/**
 * The loop: one batch of rows through the stages until every row has left. At each exit: stage, ensemble, policy,
 * answers of the rows that leave, compaction of all that is recycled.
 * @param batch At least one row.
 * @returns the results, in the order in which rows left.
 */
async function classifyBatch<Features>(
  passage: Passage<Features>,
  { firstRow, input }: Batch,
  signal: AbortSignal | undefined,
): Promise<readonly RowResult[]> {
  const { model, method } = passage;
  const cohort = startRecycling(firstRow, input.rows, model.classes, method);
  const results: RowResult[] = [];

  throwIfAborted(signal, 'classification');
  // Set while this loop must free the features; null while a step consumes them, and after all rows have left.
  let underWay: RowsUnderWay<Features> | null = { features: await model.load(input), cohorts: [cohort] };
  try {
    for (let stageIndex = 0; underWay !== null; stageIndex++) {
      await letEventsIn(signal);
      throwIfAborted(signal, 'classification');
      const rows: RowsUnderWay<Features> = underWay;
      underWay = null;
      const { left, staying } = await passExit(passage, stageIndex, rows);
      for (const result of left) results.push(result);
      underWay = staying;
    }
  } finally {
    if (underWay !== null) model.release(underWay.features);
  }
  return results;
}
