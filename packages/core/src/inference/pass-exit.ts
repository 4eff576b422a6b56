import type { StagedModel } from '../contract/staged-model.ts';
import type { RowResult, StageEvent } from './classification.ts';
import type { ExitMethod } from './exit-method.ts';
import { countRows } from './recycled.ts';
import { releaseFeatures } from './release-features.ts';
import { rowResults } from './row-results.ts';
import { keepStaying, type RowsUnderWay, runExit } from './run-exit.ts';

/** A model, and how its rows leave it. */
export interface Passage<Features> {
  readonly model: StagedModel<Features>;
  readonly method: ExitMethod;
  /** MACs per row of leaving at each exit: `exitCosts(model)`. */
  readonly costs: readonly number[];
  readonly onStage: ((event: StageEvent) => void) | undefined;
}

export interface PassedExit<Features> {
  readonly left: readonly RowResult[];
  /** null where no row stays, as after the last stage. */
  readonly staying: RowsUnderWay<Features> | null;
}

/**
 * Runs one stage, gives the rows that leave their results, and compacts the others. Consumes the features.
 * @param rows Rows of one batch or several, which all go into this stage.
 */
export async function passExit<Features>(
  { model, method, costs, onStage }: Passage<Features>,
  stageIndex: number,
  rows: RowsUnderWay<Features>,
): Promise<PassedExit<Features>> {
  const decided = await runExit(model, stageIndex, rows, method);
  const { stage, features, cohorts } = decided;
  let left: readonly RowResult[];
  try {
    const departure = { exitIndex: stageIndex, stageName: stage.name, macs: costs[stageIndex] as number };
    left = cohorts.flatMap(({ answers, leaving, recycled }) =>
      rowResults(model, departure, answers, leaving, recycled.rowNumbers),
    );
    onStage?.({ stageIndex, stage, rowsEntering: countRows(rows.cohorts), leaving: left });
  } catch (error) {
    if (features !== null) releaseFeatures(model, features);
    throw error;
  }
  return { left, staying: await keepStaying(model, stageIndex, decided, method) };
}
