// How far the fit of one exit may move from the point that it is held to, and what such a fit gives.

import type { MemberShares } from './member-shares.ts';

/** How far a fit may move from where it is held. */
export interface Hold {
  /** Standard deviation of the prior of a member's share. */
  readonly spread: number;
  /** That of a bias; null for no bias at all. The arithmetic kind never has one. */
  readonly biasSpread: number | null;
}

export interface AnchoredFit extends MemberShares {
  /** Mean cross-entropy without the prior. */
  readonly crossEntropy: number;
  readonly iterations: number;
  /** Largest absolute derivative of the loss and the prior. */
  readonly gradientNorm: number;
  readonly converged: boolean;
}
