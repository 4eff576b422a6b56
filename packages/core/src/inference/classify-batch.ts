// The loop: one batch of rows through the stages until every row has left.

import type { StagedModel } from '../contract/staged-model.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import type { Batch } from './batches.ts';
import type { RowResult, StageEvent } from './classification.ts';
import { exitCosts } from './exit-costs.ts';
import type { ExitMethod } from './exit-method.ts';
import { letEventsIn } from './let-events-in.ts';
import { passExit } from './pass-exit.ts';
import { startRecycling } from './recycled.ts';
import { releaseFeatures } from './release-features.ts';
import type { RowsUnderWay } from './run-exit.ts';

/** What may watch and stop a batch. */
export interface BatchControl {
  readonly signal: AbortSignal | undefined;
  readonly onStage: ((event: StageEvent) => void) | undefined;
}

/**
 * Runs one batch: stage, ensemble, policy, answers of the rows that leave, compaction of all that is recycled, next stage.
 * @param batch At least one row.
 * @returns the results, in the order in which rows left.
 */
export async function classifyBatch<Features>(
  model: StagedModel<Features>,
  { firstRow, input }: Batch,
  method: ExitMethod,
  { signal, onStage }: BatchControl,
): Promise<readonly RowResult[]> {
  const passage = { model, method, costs: exitCosts(model), onStage };
  const cohort = startRecycling(firstRow, input.rows, model.classes, method);
  const results: RowResult[] = [];

  throwIfAborted(signal, 'classification');
  // Set while the features are this loop's to free; null while a step consumes them, and when all rows have left.
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
    if (underWay !== null) releaseFeatures(model, underWay.features);
  }
  return results;
}
