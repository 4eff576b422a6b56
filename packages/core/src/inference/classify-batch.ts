// The loop: one batch of rows through the stages until every row has left.

import type { StagedModel } from '../contract/staged-model.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import type { Batch } from './batches.ts';
import { checkLogits } from './check-logits.ts';
import type { RowResult, StageEvent } from './classification.ts';
import { decideExit } from './decide-exit.ts';
import { exitCosts } from './exit-costs.ts';
import type { ExitMethod } from './exit-method.ts';
import { keepRecycled, startRecycling } from './recycled.ts';
import { releaseFeatures } from './release-features.ts';
import { requireFeatures } from './require-features.ts';
import { rowResults } from './row-results.ts';
import { splitRows } from './split-rows.ts';

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
  const { classes, stages } = model;
  const costs = exitCosts(model);
  const results: RowResult[] = [];
  let recycled = startRecycling(firstRow, input.rows, classes, method);

  throwIfAborted(signal, 'classification');
  // Set while the features are this loop's to free; null while the runtime consumes them, and after the last stage.
  let held: Features | null = await model.load(input);
  try {
    for (const [stageIndex, stage] of stages.entries()) {
      throwIfAborted(signal, 'classification');
      const features = requireFeatures(held, stageIndex);
      held = null;
      const previousLogits = stage.usesPreviousLogits ? recycled.previousLogits : null;
      const output = await model.runStage(stageIndex, features, previousLogits);
      held = output.features;

      const rows = recycled.rowNumbers.length;
      checkLogits(output.logits, rows, classes, stage);
      const position = { exitIndex: stageIndex, exitCount: stages.length, classes };
      const decision = decideExit(output.logits, position, recycled, method);
      recycled = decision.recycled;

      const { kept, leaving } = splitRows(decision.exits);
      const departure = { exitIndex: stageIndex, stageName: stage.name, macs: costs[stageIndex] as number };
      const left = rowResults(model, departure, decision.answers, leaving, recycled.rowNumbers);
      for (const result of left) results.push(result);
      onStage?.({ stageIndex, stage, rowsEntering: rows, leaving: left });

      if (kept.length === 0) break;
      if (leaving.length > 0) {
        const all = requireFeatures(held, stageIndex + 1);
        held = null;
        held = await model.keepRows(all, kept);
        recycled = keepRecycled(recycled, kept, classes, method);
      }
    }
  } finally {
    // All rows have left before the last stage, or an error or the caller has ended the loop.
    if (held !== null) releaseFeatures(model, held);
  }
  return results;
}
