// One exit, for rows that may come from different batches: run the stage, combine the predictions, decide, make the
// results of the rows that leave, and compact the features and recycled state of the others.
//
// Rows that were admitted together are a cohort and always share their recycled state. Cohorts run through a stage as
// one batch, but the decision is made for each cohort alone, so that no ensemble or policy has to join states.

import type { StageDescription, StagedModel } from '../contract/staged-model.ts';
import { InvalidInputError, RuntimeFailureError } from '../errors/errors.ts';
import { firstNotFinite } from '../numeric/first-not-finite.ts';
import { joinRows } from '../numeric/rows.ts';
import { type RowResult, rowResults, type StageEvent } from './classification.ts';
import {
  countRows,
  decideExit,
  type ExitDecision,
  type ExitMethod,
  keepRecycled,
  type Recycled,
} from './decide-exit.ts';

/** Rows that are about to enter a stage. */
export interface RowsUnderWay<Features> {
  readonly features: Features;
  /** In the order of their rows in `features`; at least one, none of them empty. */
  readonly cohorts: readonly Recycled[];
}

/** All rows of an exit. */
export interface DecidedExit<Features> {
  readonly stage: StageDescription;
  /** Of all rows that entered; null after the last stage. The caller frees them. */
  readonly features: Features | null;
  readonly cohorts: readonly ExitDecision[];
}

/** A model, and how its rows leave. */
export interface Passage<Features> {
  readonly model: StagedModel<Features>;
  readonly method: ExitMethod;
  /** MACs per row of leaving at each exit: `exitCosts(model)`. */
  readonly costs: readonly number[];
  readonly onStage: ((event: StageEvent) => void) | undefined;
}

export interface PassedExit<Features> {
  readonly left: readonly RowResult[];
  /** null if no row stays, as after the last stage. */
  readonly staying: RowsUnderWay<Features> | null;
}

/**
 * Runs one stage, makes the results of the rows that leave, and compacts the others. Consumes the features.
 * @param rows Rows of one or more batches that all enter this stage.
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
    if (features !== null) model.release(features);
    throw error;
  }
  return { left, staying: await keepStaying(model, stageIndex, decided, method) };
}

/** Runs one stage and decides which rows leave. Consumes the features. */
export async function runExit<Features>(
  model: StagedModel<Features>,
  stageIndex: number,
  { features, cohorts }: RowsUnderWay<Features>,
  method: ExitMethod,
): Promise<DecidedExit<Features>> {
  const { classes, stages } = model;
  const stage = stages[stageIndex];
  if (stage === undefined) {
    throw new InvalidInputError(`internal: stage ${stageIndex} was run; there are ${stages.length} stages.`);
  }
  const output = await model.runStage(stageIndex, features, stage.usesPreviousLogits ? joinedLogits(cohorts) : null);
  try {
    checkLogits(output.logits, countRows(cohorts), classes, stage);
    const position = { exitIndex: stageIndex, exitCount: stages.length, classes };
    let start = 0;
    const decided = cohorts.map((cohort) => {
      const end = start + cohort.rowNumbers.length * classes;
      // A copy if there are several: a view would keep the logits of rows that have left.
      const logits = cohorts.length === 1 ? output.logits : output.logits.slice(start, end);
      start = end;
      return decideExit(logits, position, cohort, method);
    });
    return { stage, features: output.features, cohorts: decided };
  } catch (error) {
    if (output.features !== null) model.release(output.features);
    throw error;
  }
}

/**
 * Compacts features and recycled state to the rows that stay. Consumes the features.
 * @returns null if no row stays; the features are then freed.
 */
export async function keepStaying<Features>(
  model: StagedModel<Features>,
  stageIndex: number,
  { features, cohorts }: Pick<DecidedExit<Features>, 'features' | 'cohorts'>,
  method: ExitMethod,
): Promise<RowsUnderWay<Features> | null> {
  const staying = cohorts.filter((cohort) => cohort.kept.length > 0);
  if (staying.length === 0) {
    if (features !== null) model.release(features);
    return null;
  }
  const all = requireFeatures(features, stageIndex + 1);
  const isAnyLeaving = cohorts.some((cohort) => cohort.leaving.length > 0);
  return {
    features: isAnyLeaving ? await model.keepRows(all, keptPositions(cohorts)) : all,
    cohorts: staying.map(({ recycled, kept, leaving }) =>
      leaving.length === 0 ? recycled : keepRecycled(recycled, kept, model.classes, method),
    ),
  };
}

/** Positions among all rows of those that stay. */
function keptPositions(cohorts: readonly ExitDecision[]): Int32Array {
  const positions = new Int32Array(cohorts.reduce((sum, cohort) => sum + cohort.kept.length, 0));
  let firstRow = 0;
  let count = 0;
  for (const { kept, leaving } of cohorts) {
    for (const position of kept) positions[count++] = firstRow + position;
    firstRow += kept.length + leaving.length;
  }
  return positions;
}

function joinedLogits(cohorts: readonly Recycled[]): Float32Array | null {
  const [first, ...others] = cohorts;
  if (first === undefined || first.previousLogits === null) return null;
  if (others.length === 0) return first.previousLogits;
  return joinRows(cohorts.flatMap((cohort) => (cohort.previousLogits === null ? [] : [cohort.previousLogits])));
}

/**
 * The features that the next stage needs.
 * @throws RuntimeFailureError if a stage before the last one returned none.
 */
export function requireFeatures<Features>(features: Features | null, stageIndex: number): Features {
  if (features === null) {
    throw new RuntimeFailureError(
      `Expected features as the input of stage ${stageIndex}; received none. ` +
        'A runtime must return features from every stage but the last.',
      { expected: 'features', received: null, path: `stage ${stageIndex}` },
    );
  }
  return features;
}

/**
 * Checks the logits of a stage. Later steps would not notice NaN, because every comparison with it is false.
 * @throws RuntimeFailureError for a wrong number of values, and for one that is not finite.
 */
export function checkLogits(logits: Float32Array, rows: number, classes: number, stage: StageDescription): void {
  if (logits.length !== rows * classes) {
    throw new RuntimeFailureError(
      `Expected ${rows * classes} logits (${rows} rows, ${classes} classes) from stage '${stage.name}'; ` +
        `received ${logits.length}. The stage's model does not fit its description.`,
      { expected: rows * classes, received: logits.length, path: stage.name },
    );
  }
  const position = firstNotFinite(logits);
  if (position >= 0) {
    throw new RuntimeFailureError(
      `Expected finite logits from stage '${stage.name}'; received ${logits[position]} for row ` +
        `${Math.floor(position / classes)} of its batch. The input is finite, so check the network's weights.`,
      { expected: 'finite logits', received: String(logits[position]), path: stage.name },
    );
  }
}
