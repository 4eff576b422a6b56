// Recency shares: the newest prediction counts most, each earlier one less by a fixed ratio. The ratio is one number
// for the whole network, so few rows suffice to choose it.

/** Ratios that a fit chooses from; 0 is the plain exit. */
export const recencyRatios: readonly number[] = [0, 0.15, 0.3, 0.5, 0.7, 0.85];

/**
 * Shares of the members in the prediction of the last of them: `u_j = ratio^(m - j) / Z`, which sum to 1.
 * @param ratio 0 to 1; 0 gives the last member all of it.
 */
export function recencyShares(ratio: number, members: number): Float64Array {
  const shares = Float64Array.from({ length: members }, (_, member) => ratio ** (members - 1 - member));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
