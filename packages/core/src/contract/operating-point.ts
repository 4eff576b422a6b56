import type { PolicySpecification } from './exit-policy.ts';

/** A calibrated operating point: what was chosen on held-out rows, and what it gave there. */
export interface OperatingPoint {
  /** Budget as a fraction of the backbone's MACs; of a point that was chosen for a time, what it costs in MACs. */
  readonly budget: number;
  /** When rows leave: what `policyFromSpecification` makes a policy of. */
  readonly policy: PolicySpecification;
  /** Share of the calibration rows that were answered rightly, 0 to 1. */
  readonly accuracy: number;
  /** Mean cost on the calibration rows, as a fraction of the backbone's MACs. */
  readonly cost: number;
  /** Share of the calibration rows that left at each exit, which turns measured times into its cost; left out by early bundles. */
  readonly exitShares?: readonly number[];
}
