import type { PolicySpecification } from './exit-policy.ts';

/** A calibrated operating point: the policy chosen on held-out rows, and its accuracy and cost there. */
export interface OperatingPoint {
  /** Budget as a fraction of the backbone's MACs. For a point that was chosen by time: its cost in MACs. */
  readonly budget: number;
  /** When rows leave: `policyFromSpecification` makes the policy from it. */
  readonly policy: PolicySpecification;
  /** Share of the calibration rows that were classified correctly, 0 to 1. */
  readonly accuracy: number;
  /** Mean cost on the calibration rows, as a fraction of the backbone's MACs. */
  readonly cost: number;
  /**
   * Share of the calibration rows that left at each exit, from which measured times give its cost; absent in early
   * bundles.
   */
  readonly exitShares?: readonly number[];
}
