// Answers that improve with each stage, for rows that cannot wait, until the deadline.

import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import type { InputBatch } from '../contract/input.ts';
import type { StageDescription, StagedModel } from '../contract/staged-model.ts';
import { lastPrediction } from '../ensemble/last-prediction.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { throwIfAborted } from '../errors/throw-if-aborted.ts';
import { namedInput } from '../input/check-input.ts';
import { never } from '../policy/never.ts';
import { checkProfiledStages, type DeviceProfile } from '../profile/device-profile.ts';
import { exitCosts, type RowResult, rowResults } from './classification.ts';
import { type ExitMethod, startRecycling } from './decide-exit.ts';
import { letEventsIn } from './let-events-in.ts';
import { keepStaying, type RowsUnderWay, runExit } from './run-exit.ts';

export interface AnytimeOptions {
  /** How the predictions so far become one. Default: `lastPrediction()`. */
  readonly ensemble?: Ensemble;
  /**
   * Which rows need no better answer; their results do not change any more. Default: `never()`, every row goes to the
   * end.
   */
  readonly policy?: ExitPolicy;
  /**
   * Time from the request for the first answer until no further stage is started. The first stage always runs. Default:
   * none.
   */
  readonly deadlineMilliseconds?: number;
  /**
   * The stages' times on this device, from `measureStages`. With them, a stage that would end after the deadline is not
   * started: the answers meet the deadline if the stages take no longer than their median. Default: none; a stage
   * starts if any time is left.
   */
  readonly profile?: DeviceProfile;
  /** Ends the run between two stages with an error. To stop and keep the answers so far, leave the loop instead. */
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
  /**
   * Whether the answers are final: no later stage would change them. A run that ends without it was stopped by its
   * deadline.
   */
  readonly isFinal: boolean;
  /** Time since the request for the first answer. */
  readonly elapsedMilliseconds: number;
}

/**
 * Classifies a batch stage by stage and yields one refined answer after each.
 *
 * It stops when all rows have left, at the deadline, or when the caller leaves the loop, and frees everything in each
 * case.
 * The last answer comes at most one stage after the deadline.
 * @param input At least one row.
 * @throws InvalidInputError for an input, ensemble, policy, deadline or profile that does not fit; RuntimeFailureError
 *   where the runtime fails; AbortedError if `signal` fires.
 */
export async function* anytime<Features>(
  model: StagedModel<Features>,
  input: InputBatch,
  options: AnytimeOptions = {},
): AsyncGenerator<AnytimeAnswer, void, undefined> {
  const { ensemble = lastPrediction(), policy = never(), signal, now = () => performance.now() } = options;
  const method: ExitMethod = { policy, ensemble, fallback: 'last' };
  const deadline = checkedDeadline(options.deadlineMilliseconds);
  const named = namedInput(input, model.inputs);
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
  let underWay: RowsUnderWay<Features> | null = { features: await model.load(named), cohorts: [cohort] };
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
    if (underWay !== null) model.release(underWay.features);
  }
}

function checkedDeadline(milliseconds = Number.POSITIVE_INFINITY): number {
  if (milliseconds >= 0) return milliseconds;
  throw new InvalidInputError(`Expected a deadline of 0 milliseconds or more; received ${milliseconds}.`, {
    expected: 'a number of at least 0',
    received: milliseconds,
    path: 'deadlineMilliseconds',
  });
}

/**
 * Milliseconds of each stage for a number of rows, from the largest measured batch that is not larger; none without a
 * profile.
 */
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
