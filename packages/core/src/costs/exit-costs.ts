// What leaving at each exit costs, in one unit. Everything that counts costs is handed this value, so that no unit is taken for another.

import { InvalidInputError } from '../errors/errors.ts';

export type CostUnit = 'macs' | 'milliseconds';

/** Costs per row of leaving at each exit. */
export interface ExitCosts {
  readonly unit: CostUnit;
  /** One per exit, all heads before it counted; never falls from one exit to the next. */
  readonly perExit: readonly number[];
  /** Of the uncut network without any IC: the 100 % of shares; null where nobody measured it. */
  readonly whole: number | null;
}

/** Costs per row of the parts of a network with exits, in one unit. */
export interface ExitPrices {
  readonly unit: CostUnit;
  /** One per exit: the segment before it, without heads. */
  readonly segments: readonly number[];
  /** One per exit: its head and what standing there costs besides. */
  readonly heads: readonly number[];
  /** The uncut network. */
  readonly whole: number;
}

/**
 * `cost_m = sum_{j<=m} (segment_j + head_j)`: a row pays everything that it has been through.
 * @param heads One per segment. Default: none.
 * @returns one per segment, ascending.
 */
export function cumulativeCosts(segments: readonly number[], heads: readonly number[] = []): readonly number[] {
  let cost = 0;
  return segments.map((segment, exit) => {
    cost += segment + (heads[exit] ?? 0);
    return cost;
  });
}

/**
 * What it costs a row to leave at each kept exit: all segments up to it, and the kept heads.
 * @param kept Exits that stay, ascending. Default: all.
 */
export function costsOfPrices({ unit, segments, heads, whole }: ExitPrices, kept?: readonly number[]): ExitCosts {
  const stays = (exit: number): boolean => kept === undefined || kept.includes(exit);
  const costs = cumulativeCosts(
    segments,
    heads.map((head, exit) => (stays(exit) ? head : 0)),
  );
  return { unit, perExit: costs.filter((_, exit) => stays(exit)), whole };
}

/**
 * The cost that is 100 %.
 * @throws InvalidInputError where nobody measured it, or it is not a positive number.
 */
export function wholeCost({ unit, whole }: ExitCosts): number {
  if (whole !== null && Number.isFinite(whole) && whole > 0) return whole;
  throw new InvalidInputError(
    `Received ${whole} ${unit} as the cost of the whole network; expected a positive number, of which budgets are shares.`,
  );
}

/**
 * @param histogram Number of rows that left at each exit, or their shares.
 * @returns mean cost per row, in the unit of the costs.
 */
export function meanCost(histogram: readonly number[], { perExit }: Pick<ExitCosts, 'perExit'>): number {
  const rows = histogram.reduce((sum, count) => sum + count, 0);
  return histogram.reduce((sum, count, exit) => sum + count * (perExit[exit] ?? Number.NaN), 0) / rows;
}
