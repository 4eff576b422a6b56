// The prior on the fit of one exit, and the result of such a fit.

import type { MemberShares } from './member-shares.ts';

/** The prior around the anchor: how far a fit may move from it. */
export interface Hold {
  /** Standard deviation of the prior of a member's share. */
  readonly spread: number;
  /** Standard deviation of the prior of a bias; null for no bias. The arithmetic kind never has a bias. */
  readonly biasSpread: number | null;
}

export interface AnchoredFit extends MemberShares {
  /** Mean cross-entropy without the prior. */
  readonly crossEntropy: number;
  readonly iterations: number;
  /** Largest absolute derivative of loss plus prior. */
  readonly gradientNorm: number;
  readonly converged: boolean;
}
