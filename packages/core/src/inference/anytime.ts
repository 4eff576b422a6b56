// Better and better answers for rows that cannot wait: one after each stage, for as long as there is time.

import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import type { InputBatch, StageDescription, StagedModel } from '../contract/staged-model.ts';
import { lastPrediction } from '../ensemble/last-prediction.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import { never } from '../policy/never.ts';
import { checkProfiledStages, type DeviceProfile } from '../profile/device-profile.ts';
import { checkRowCount } from './check-input.ts';
import type { RowResult } from './classification.ts';
import { exitCosts } from './exit-costs.ts';
import type { ExitMethod } from './exit-method.ts';
import { letEventsIn } from './let-events-in.ts';
import { startRecycling } from './recycled.ts';
import { releaseFeatures } from './release-features.ts';
import { rowResults } from './row-results.ts';
import { keepStaying, type RowsUnderWay, runExit } from './run-exit.ts';

export interface AnytimeOptions {
  /** How the predictions so far become one. Default: `lastPrediction()`. */
  readonly ensemble?: Ensemble;
  /** Which rows need no better answer; their results stay as they are. Default: `never()`, every row goes to the end. */
  readonly policy?: ExitPolicy;
  /**
   * No stage is begun once so much time has passed since the first answer was asked for; the first stage is always run.
   * Default: none.
   */
  readonly deadlineMilliseconds?: number;
  /**
   * What stages cost here, of `measureStages`. A stage that would end after the deadline is then not begun: answers come before the
   * deadline as often as stages take no longer than their median. Default: none; a stage is begun whenever there is time left.
   */
  readonly profile?: DeviceProfile;
  /** Ends the run between two stages with an error; to stop and keep the answers so far, leave the loop. */
  readonly signal?: AbortSignal;
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/** The answers after one stage. */
export interface AnytimeAnswer {
  readonly stageIndex: number;
  readonly stage: StageDescription;
  /** One per input row, in the order of the input. */
  readonly results: readonly RowResult[];
  /** Whether no stage would change anything any more. A run that ends without it has met its deadline. */
  readonly isFinal: boolean;
  /** Time since the first answer was asked for. */
  readonly elapsedMilliseconds: number;
}

/**
 * Classifies a batch stage by stage and yields one refined answer after each.
 *
 * It stops when all rows have left, at the deadline, or when the caller leaves the loop, and frees everything in each case.
 * The last answer comes at most one stage after the deadline.
 * @param input At least one row.
 * @throws InvalidInputError for an input, ensemble, policy, deadline or profile that does not fit; RuntimeFailureError where the
 *   runtime fails; AbortedError where `signal` fires.
 */
export async function* anytime<Features>(
  model: StagedModel<Features>,
  input: InputBatch,
  options: AnytimeOptions = {},
): AsyncGenerator<AnytimeAnswer, void, undefined> {
  const { ensemble = lastPrediction(), policy = never(), signal, now = () => performance.now() } = options;
  const method: ExitMethod = { policy, ensemble, fallback: 'last' };
  const deadline = checkedDeadline(options.deadlineMilliseconds);
  checkRowCount(input, model.inputShape);
  const expected = expectedMilliseconds(options.profile, model, input.rows);
  const costs = exitCosts(model);
  const results = new Array<RowResult>(input.rows);

  throwIfAborted(signal, 'classification');
  const start = now();
  const isTimeFor = (stageIndex: number): boolean => {
    const elapsed = now() - start;
    return elapsed < deadline && elapsed + (expected[stageIndex] ?? 0) <= deadline;
  };
  const cohort = startRecycling(0, input.rows, model.classes, method);
  let underWay: RowsUnderWay<Features> | null = { features: await model.load(input), cohorts: [cohort] };
  try {
    for (let stageIndex = 0; underWay !== null; stageIndex++) {
      await letEventsIn(signal);
      throwIfAborted(signal, 'classification');
      if (stageIndex > 0 && !isTimeFor(stageIndex)) return;
      const rows: RowsUnderWay<Features> = underWay;
      underWay = null;
      const decided = await runExit(model, stageIndex, rows, method);
      const departure = { exitIndex: stageIndex, stageName: decided.stage.name, macs: costs[stageIndex] as number };
      for (const { answers, recycled } of decided.cohorts) {
        const everyRow = Int32Array.from(recycled.rowNumbers.keys());
        const answered = rowResults(model, departure, answers, everyRow, recycled.rowNumbers);
        for (const result of answered) results[result.row] = result;
      }
      underWay = await keepStaying(model, stageIndex, decided, method);
      yield {
        stageIndex,
        stage: decided.stage,
        results: [...results],
        isFinal: underWay === null,
        elapsedMilliseconds: now() - start,
      };
    }
  } finally {
    if (underWay !== null) releaseFeatures(model, underWay.features);
  }
}

function checkedDeadline(milliseconds = Number.POSITIVE_INFINITY): number {
  if (milliseconds >= 0) return milliseconds;
  throw new InvalidInputError(`Expected a deadline of 0 milliseconds or more; received ${milliseconds}.`);
}

/** What each stage takes for so many rows; nothing without a profile. The largest measured batch that is no larger stands for the rows. */
function expectedMilliseconds(
  profile: DeviceProfile | undefined,
  model: Pick<StagedModel<never>, 'stages'>,
  rows: number,
): readonly number[] {
  if (profile === undefined) return [];
  checkProfiledStages(
    profile,
    model.stages.map(({ name }) => name),
  );
  const ascending = [...profile.batches].sort((a, b) => a.batchSize - b.batchSize);
  const batch = ascending.findLast(({ batchSize }) => batchSize <= rows) ?? ascending[0];
  return batch?.stageMilliseconds.map((milliseconds) => milliseconds * rows) ?? [];
}
