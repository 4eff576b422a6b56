// One exit, for rows that may have come from different batches: stage, ensemble, policy, and who leaves.
//
// Rows that were admitted together are a cohort and share their recycled state for good. Cohorts run through a stage as
// one batch but are decided one by one, so that no ensemble and no policy ever has to join its states.

import type { StageDescription, StagedModel } from '../contract/staged-model.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { joinRows } from '../numeric/join-rows.ts';
import type { Answers } from './answers.ts';
import { checkLogits } from './check-logits.ts';
import { decideExit } from './decide-exit.ts';
import type { ExitMethod } from './exit-method.ts';
import { countRows, keepRecycled, type Recycled } from './recycled.ts';
import { releaseFeatures } from './release-features.ts';
import { requireFeatures } from './require-features.ts';
import { splitRows } from './split-rows.ts';

/** Rows on their way into a stage. */
export interface RowsUnderWay<Features> {
  readonly features: Features;
  /** In the order of their rows in `features`; at least one, none of them empty. */
  readonly cohorts: readonly Recycled[];
}

/** A cohort after the decision at an exit, still complete. */
export interface DecidedCohort {
  readonly recycled: Recycled;
  /** What each row answers if it leaves here. */
  readonly answers: Answers;
  /** Positions within the cohort of the rows that stay, and of those that leave; both ascending. */
  readonly kept: Int32Array;
  readonly leaving: Int32Array;
}

/** All rows of an exit. */
export interface DecidedExit<Features> {
  readonly stage: StageDescription;
  /** Of all rows that entered; null after the last stage. The caller's to free. */
  readonly features: Features | null;
  readonly cohorts: readonly DecidedCohort[];
}

/** Runs one stage and decides who leaves. Consumes the features. */
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
      // A copy where there are several: a view would keep the logits of rows that are long gone.
      const logits = cohorts.length === 1 ? output.logits : output.logits.slice(start, end);
      start = end;
      const { exits, ...decision } = decideExit(logits, position, cohort, method);
      return { ...decision, ...splitRows(exits) };
    });
    return { stage, features: output.features, cohorts: decided };
  } catch (error) {
    if (output.features !== null) releaseFeatures(model, output.features);
    throw error;
  }
}

/**
 * Compacts features and recycled state to the rows that stay. Consumes the features.
 * @returns null where no row stays; the features are freed then.
 */
export async function keepStaying<Features>(
  model: StagedModel<Features>,
  stageIndex: number,
  { features, cohorts }: Pick<DecidedExit<Features>, 'features' | 'cohorts'>,
  method: ExitMethod,
): Promise<RowsUnderWay<Features> | null> {
  const staying = cohorts.filter((cohort) => cohort.kept.length > 0);
  if (staying.length === 0) {
    if (features !== null) releaseFeatures(model, features);
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
function keptPositions(cohorts: readonly DecidedCohort[]): Int32Array {
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
