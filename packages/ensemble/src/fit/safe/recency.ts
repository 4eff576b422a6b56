// Plain exits and their nearest relatives: the newest prediction counts most, the one before it less by a fixed ratio, and so on.
// One number for the whole network, so that a handful of rows can choose it.

/** Ratios that a fit chooses from; 0 is the plain exit. */
export const recencyRatios: readonly number[] = [0, 0.15, 0.3, 0.5, 0.7, 0.85];

/**
 * Shares of the members in the prediction of the last of them: `u_j = ratio^(m - j) / Z`, which sum to 1.
 * @param ratio 0 to 1; 0 gives everything to the last one.
 */
export function recencyShares(ratio: number, members: number): Float64Array {
  const shares = Float64Array.from({ length: members }, (_, member) => ratio ** (members - 1 - member));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
