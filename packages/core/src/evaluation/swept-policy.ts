// A kind of policy without a limit yet. A sweep tries all its settings, and a calibration chooses one.

import type { Comparison, ExitPolicy, LimitSpecification } from '../contract/exit-policy.ts';
import { type PolicyKind, policyOfKind } from '../policy/policy-kind.ts';
import { policyKinds } from '../policy/policy-kinds.ts';
import type { ExitPredictions } from './exit-predictions.ts';

/**
 * One limit for all exits. A search for one limit per exit (3,000 random steps, the reference's ZTW networks, 2,000
 * rows to choose) gained 0.3 to 1.4 points on those rows, but -0.2 to +0.2 on the 8,000 others.
 */
export interface SweptPolicy {
  /** What is scored. Default: `policyKinds.confidence`. */
  readonly policy?: PolicyKind;
  /** Default: the kind's own; for confidence `>` as in Zero Time Waste, or `>=` as in the SDN code of 2019. */
  readonly comparison?: Comparison;
  /**
   * The answer of rows that no exit releases, not even the last one. They cost the whole network in both cases.
   * Default `last`; `most-confident` as in the SDN code of 2019.
   */
  readonly fallback?: 'last' | 'most-confident';
}

/** A swept policy with all defaults filled in. */
export interface CompleteSweptPolicy {
  readonly policy: PolicyKind;
  readonly comparison: Comparison;
  readonly fallback: 'last' | 'most-confident';
}

export function completeSweptPolicy({
  policy = policyKinds.confidence,
  comparison = policy.comparisons[0],
  fallback = 'last',
}: SweptPolicy): CompleteSweptPolicy {
  return { policy, comparison, fallback };
}

/** The policy at one setting, as data. */
export function specificationAt(swept: SweptPolicy, setting: number): LimitSpecification {
  const { policy, comparison } = completeSweptPolicy(swept);
  const isDefault = comparison === policy.comparisons[0];
  return { kind: policy.kind, limit: setting, ...(isDefault ? {} : { comparison }) };
}

/** The policy at one setting. @throws InvalidInputError for a setting that is not a limit of the kind. */
export function policyAt(swept: SweptPolicy, setting: number): ExitPolicy {
  const { policy, comparison } = completeSweptPolicy(swept);
  return policyOfKind(policy, setting, comparison);
}

/** Limits worth sweeping, from the loosest to the strictest. */
export function settingsOf(swept: SweptPolicy, { probabilities, classes }: ExitPredictions): ArrayLike<number> {
  return completeSweptPolicy(swept).policy.settings({ exitCount: probabilities.length, classes });
}

/**
 * Scores of all exits on all rows, as in a live run in which no row leaves.
 * @returns one array per exit: `[rows]`.
 */
export function exitScores(
  predictions: ExitPredictions,
  { score, storedScores }: PolicyKind,
): readonly ArrayLike<number>[] {
  if (storedScores !== undefined) return storedScores(predictions);
  const { rows, classes, probabilities } = predictions;
  let state = score.init(rows);
  return probabilities.map((values, exitIndex) => {
    const input = { exitIndex, exitCount: probabilities.length, rows, classes, probabilities: values };
    const update = score.update(state, input);
    state = update.state;
    return update.scores;
  });
}
