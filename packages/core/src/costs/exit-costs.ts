// The cost of leaving at each exit. The value carries its unit, so that MACs and milliseconds cannot be confused.

import { InvalidInputError } from '../errors/errors.ts';

export type CostUnit = 'macs' | 'milliseconds';

/** Costs per row of leaving at each exit. */
export interface ExitCosts {
  readonly unit: CostUnit;
  /** One per exit, including all heads before it; never decreases from one exit to the next. */
  readonly perExit: readonly number[];
  /** Cost of the uncut network without any IC, which shares refer to as 100 %; null if it was not measured. */
  readonly whole: number | null;
}

/** Costs per row of the parts of a network with exits, in one unit. */
export interface ExitPrices {
  readonly unit: CostUnit;
  /** One per exit: the segment before it, without heads. */
  readonly segments: readonly number[];
  /** One per exit: its head, and any other cost of having an exit there. */
  readonly heads: readonly number[];
  /** The uncut network. */
  readonly whole: number;
}

/**
 * `cost_m = sum_{j<=m} (segment_j + head_j)`: a row pays for every segment and head that it has passed.
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
 * Cost per row of leaving at each kept exit: all segments up to it, and the kept heads.
 * @param kept Indices of the kept exits, ascending. Default: all.
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
 * The cost of the whole network, which shares refer to as 100 %.
 * @throws InvalidInputError if it was not measured or is not a positive number.
 */
export function wholeCost({ unit, whole }: ExitCosts): number {
  if (whole !== null && Number.isFinite(whole) && whole > 0) return whole;
  throw new InvalidInputError(
    `Expected a positive cost of the whole network in ${unit}; received ${whole}. Budgets are shares of it, so measure it first.`,
    { expected: 'a positive number', received: whole, path: 'whole' },
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
