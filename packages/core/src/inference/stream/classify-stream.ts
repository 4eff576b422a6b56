// Classification of an endless stream. Before each stage, rows that stay are joined with those of other batches, so
// that deep stages run full batches although few rows reach them.

import type { Ensemble } from '../../contract/ensemble.ts';
import type { ExitPolicy } from '../../contract/exit-policy.ts';
import type { StagedModel } from '../../contract/staged-model.ts';
import { lastPrediction } from '../../ensemble/last-prediction.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { exitCosts, type RowResult, type StageEvent } from '../classification.ts';
import type { ExitMethod } from '../decide-exit.ts';
import { RowSource, type RowStream } from './row-source.ts';
import { StreamStages } from './stream-stages.ts';

export interface ClassifyStreamOptions {
  /** When a row may leave: `confidenceThreshold(0.9)`. */
  readonly policy: ExitPolicy;
  /** How the predictions so far become one. Default: `lastPrediction()`. */
  readonly ensemble?: Ensemble;
  /** The answer of a row that no exit releases, as in `classify`. Default: `last`. */
  readonly fallback?: 'last' | 'most-confident';
  /**
   * Number of rows in a batch of the first stage, and the number that later stages wait for. A batch of a later stage
   * may hold up to
   * `2 * batchSize - 2` rows; it holds fewer than `batchSize` only if no more can arrive. Default: 32.
   */
  readonly batchSize?: number;
  /**
   * Largest number of rows that were read and whose results were not yet yielded. It limits memory, and how long one
   * row can wait for others. At least `batchSize`. Default: 32 batches.
   */
  readonly maxPending?: number;
  /**
   * How long to wait for the source to fill one batch. After that, all waiting rows run in partial batches.
   * null: no limit, for sources that are fast or that end. Default: null.
   */
  readonly maxWaitMilliseconds?: number | null;
  /** Called after each stage with the answers that became final there. An error in it ends the stream. */
  readonly onStage?: (event: StageEvent) => void;
  /** Stops the stream between two stages, and while it waits for a row. */
  readonly signal?: AbortSignal;
}

/** The defaults of `classifyStream`. */
export const classifyStreamDefaults: {
  readonly fallback: 'last';
  readonly batchSize: number;
  readonly maxPendingBatches: number;
  readonly maxWaitMilliseconds: null;
} = { fallback: 'last', batchSize: 32, maxPendingBatches: 32, maxWaitMilliseconds: null };

/**
 * Classifies rows as they arrive. `classify` gives the same rows the same answers.
 *
 * Nothing runs unless a result is requested, and no row is read beyond `maxPending`. If the model cannot join rows or
 * hold several sets of them, each batch runs to its end before the next.
 * @param model One network, or a chain.
 * @param rows Each a row of all inputs of the model, copied when read. Free axes keep the lengths of the first row: pad
 *   shorter rows and mask the padding, or make one stream per length.
 * @returns one result per row, in the order of the stream; its `row` is the position in the stream. Leaving the loop
 *   early frees everything and closes the source.
 * @throws InvalidInputError for a row, policy, ensemble or option that does not fit; RuntimeFailureError where the
 *   runtime fails; AbortedError if `signal` fires; whatever the source throws.
 */
export async function* classifyStream<Features>(
  model: StagedModel<Features>,
  rows: RowStream,
  options: ClassifyStreamOptions,
): AsyncGenerator<RowResult, void, undefined> {
  const { batchSize, maxWaitMilliseconds, fallback, signal } = { ...classifyStreamDefaults, ...options };
  const maxPending = options.maxPending ?? batchSize * classifyStreamDefaults.maxPendingBatches;
  checkLimits(batchSize, maxPending, maxWaitMilliseconds);
  const method: ExitMethod = { policy: options.policy, ensemble: options.ensemble ?? lastPrediction(), fallback };
  const source = new RowSource(rows, { inputs: model.inputs, maxWaitMilliseconds, signal });
  // Without joining, a batch never becomes fuller, so it runs to its end before the next.
  const canJoin = model.supports.concatRows === true && model.supports.parallelRuns;
  const passage = { model, method, costs: exitCosts(model), onStage: options.onStage };
  const stages = new StreamStages(passage, canJoin ? batchSize : 1, signal);
  let isDraining = false;
  try {
    while (true) {
      const full = stages.deepestFull();
      if (full !== null) {
        await stages.run(full);
      } else if (isDraining || source.ended) {
        const next = stages.shallowest();
        if (next !== null) await stages.run(next);
        else if (source.ended) return;
        else isDraining = false;
      } else if (maxPending - stages.pending < batchSize) {
        // There is no room for another batch, and the oldest row blocks the results of all others.
        await stages.run(stages.withOldestRow());
      } else {
        const input = await source.read(batchSize, stages.shallowest() === null ? 'from-first-row' : 'from-now');
        if (input !== null) await stages.admit(input);
        isDraining = input === null || input.rows < batchSize;
      }
      yield* stages.results();
    }
  } finally {
    stages.release();
    await source.close();
  }
}

function checkLimits(batchSize: number, maxPending: number, maxWaitMilliseconds: number | null): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidInputError(`Expected a whole number of at least 1 as the batch size; received ${batchSize}.`, {
      expected: 'a whole number of at least 1',
      received: batchSize,
      path: 'batchSize',
    });
  }
  if (!(maxPending >= batchSize)) {
    throw new InvalidInputError(
      `Expected room for at least one batch of ${batchSize} rows in \`maxPending\`; received ${maxPending}.`,
      { expected: `a whole number of at least ${batchSize}`, received: maxPending, path: 'maxPending' },
    );
  }
  if (maxWaitMilliseconds !== null && !(maxWaitMilliseconds >= 0)) {
    throw new InvalidInputError(
      `Expected a longest wait of 0 milliseconds or more, or null; received ${maxWaitMilliseconds}.`,
      { expected: 'a number of at least 0, or null', received: maxWaitMilliseconds, path: 'maxWaitMilliseconds' },
    );
  }
}
