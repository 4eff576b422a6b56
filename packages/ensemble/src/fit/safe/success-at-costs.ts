// Correctness of each row at several costs, with one threshold on the confidence, so two candidates can be compared on
// the same rows. For curves over all rows, see the sweep in `@ztw/core/evaluation`.

import type { JudgedExit } from './judged-exits.ts';

/** Budgets of the comparison, as positions between the cheapest and the most expensive exit. */
const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
/** Halvings of the interval that holds the threshold. */
const halvings = 24;

/**
 * `[rows]`: share of the budgets at which the answer of the row is correct. Each budget is met exactly, by mixing the
 * two nearest thresholds.
 * @param exitCosts Cost of leaving at each exit, ascending.
 */
export function successAtCosts(exits: readonly JudgedExit[], exitCosts: readonly number[]): Float64Array {
  const first = exitCosts[0] as number;
  const last = exitCosts.at(-1) as number;
  const rows = exits[0]?.confidences.length ?? 0;
  const success = new Float64Array(rows);
  for (const share of shares) {
    const budget = first + share * (last - first);
    let within = { threshold: -1, ...leaveAt(exits, exitCosts, -1) };
    let over = { threshold: 1, ...leaveAt(exits, exitCosts, 1) };
    if (over.cost > budget) {
      for (let halving = 0; halving < halvings; halving++) {
        const threshold = (Math.max(0, within.threshold) + over.threshold) / 2;
        const middle = { threshold, ...leaveAt(exits, exitCosts, threshold) };
        if (middle.cost <= budget) within = middle;
        else over = middle;
      }
    } else {
      within = over;
    }
    const part = over.cost === within.cost ? 0 : (budget - within.cost) / (over.cost - within.cost);
    for (let row = 0; row < rows; row++) {
      const right = (1 - part) * (within.right[row] as number) + part * (over.right[row] as number);
      success[row] = (success[row] as number) + right;
    }
  }
  return success.map((count) => count / shares.length);
}

/** Rows leave at the first exit whose confidence is strictly greater than the threshold, else at the last. */
function leaveAt(
  exits: readonly JudgedExit[],
  exitCosts: readonly number[],
  threshold: number,
): { readonly cost: number; readonly right: Uint8Array } {
  const rows = exits[0]?.confidences.length ?? 0;
  const right = new Uint8Array(rows);
  let cost = 0;
  for (let row = 0; row < rows; row++) {
    let exit = 0;
    while (exit < exits.length - 1 && !((exits[exit]?.confidences[row] as number) > threshold)) exit++;
    right[row] = exits[exit]?.right[row] as number;
    cost += exitCosts[exit] as number;
  }
  return { cost: cost / rows, right };
}
