// The decision at one exit, on the host: logits in, answers and departures out. Knows nothing of features.

import { InvalidInputError } from '../errors/errors.ts';
import { firstNotFinite } from '../numeric/first-not-finite.ts';
import { toProbabilities } from '../numeric/softmax.ts';
import { type Answers, answersOf, choose, moreConfident } from './answers.ts';
import type { ExitMethod } from './exit-method.ts';
import type { Recycled } from './recycled.ts';

export interface ExitDecision {
  /** What is carried on, still with all rows of this exit. */
  readonly recycled: Recycled;
  /** One per row: 1 = leaves here, 0 = goes on. */
  readonly exits: Uint8Array;
  /** What each row answers if it leaves here. */
  readonly answers: Answers;
}

/** Where in the network, or chain of networks, a decision is made. */
export interface ExitPosition {
  readonly exitIndex: number;
  readonly exitCount: number;
  readonly classes: number;
}

/**
 * Takes the logits of one exit in and decides who leaves. At the last exit everybody does; the policy then only tells
 * who needs the fallback.
 * @param logits `[rows, classes]`, finite, of the current rows.
 * @throws InvalidInputError where the ensemble or the policy returns something that fits no answer.
 */
export function decideExit(
  logits: Float32Array,
  { exitIndex, exitCount, classes }: ExitPosition,
  recycled: Recycled,
  { policy, ensemble, fallback }: ExitMethod,
): ExitDecision {
  const rows = recycled.rowNumbers.length;
  const combined = ensemble.update(recycled.ensembleState, exitIndex, logits);
  const probabilities = toProbabilities(combined.logProbabilities);
  if (probabilities.length !== logits.length || firstNotFinite(probabilities) >= 0) {
    throw new InvalidInputError(
      `Expected ${logits.length} log-probabilities without NaN from ensemble '${ensemble.name}' at exit ${exitIndex}; ` +
        `received ${probabilities.length}, some of them NaN or missing. Check its weights and its number of exits.`,
    );
  }

  const vote = policy.update(recycled.policyState, { exitIndex, exitCount, rows, classes, probabilities });
  if (vote.exits.length !== rows) {
    throw new InvalidInputError(
      `Expected a decision for each of ${rows} rows from policy '${policy.name}'; received ${vote.exits.length}.`,
    );
  }

  const now = answersOf(probabilities, exitIndex, rows);
  const mostConfident = fallback === 'most-confident' ? moreConfident(recycled.mostConfident, now, classes) : null;
  const isLast = exitIndex === exitCount - 1;
  return {
    recycled: {
      rowNumbers: recycled.rowNumbers,
      previousLogits: logits,
      ensembleState: combined.state,
      policyState: vote.state,
      mostConfident,
    },
    exits: isLast ? new Uint8Array(rows).fill(1) : vote.exits,
    answers: isLast && mostConfident !== null ? choose(vote.exits, now, mostConfident, classes) : now,
  };
}
