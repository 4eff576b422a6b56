// Limits of a policy: one number for all exits, or one for each exit that can be left early.

import { InvalidInputError } from '../errors/errors.ts';

/** One value for all exits, or one per exit. The last exit's value may be omitted, because every row leaves there. */
export type PerExit = number | readonly number[];

/** The range of a policy's limit, ends included. */
export interface LimitRange {
  /** What the limit is, for messages: `confidence threshold`. */
  readonly name: string;
  readonly minimum: number;
  /** `Infinity` if there is no maximum; the limit itself is finite even then. */
  readonly maximum: number;
  /** Whether it must be a whole number. Default false. */
  readonly isWhole?: boolean;
}

/**
 * Checks the limits once, so that `limitAt` needs no check of values.
 * @throws InvalidInputError for an empty list, and for a value that is not a number within the range.
 */
export function checkedLimits(limits: PerExit, range: LimitRange): PerExit {
  const values = typeof limits === 'number' ? [limits] : [...limits];
  if (values.length === 0) {
    throw new InvalidInputError(`Expected one ${range.name}, or one per exit; received an empty list.`, {
      expected: 'a number, or one per exit',
      received: [],
    });
  }
  for (const value of values) {
    const fits = Number.isFinite(value) && value >= range.minimum && value <= range.maximum;
    if (!fits || (range.isWhole === true && !Number.isInteger(value))) {
      throw new InvalidInputError(`Expected a ${range.name} ${formatRange(range)}; received ${value}.`, {
        expected: `${range.name} ${formatRange(range)}`,
        received: value,
      });
    }
  }
  return typeof limits === 'number' ? limits : values;
}

/**
 * The limit that holds at one exit.
 * @throws InvalidInputError for a list whose length fits neither all exits nor all but the last.
 */
export function limitAt(limits: PerExit, exitIndex: number, exitCount: number): number {
  if (typeof limits === 'number') return limits;
  if (limits.length !== exitCount && limits.length !== exitCount - 1) {
    throw new InvalidInputError(
      `Expected one limit for each of the ${exitCount - 1} exits before the last one, or for all ${exitCount}; ` +
        `received ${limits.length}. Pass a single number to use it everywhere.`,
      { expected: [exitCount - 1, exitCount], received: limits.length },
    );
  }
  // If the last exit's limit is omitted, no row passes it: every comparison with NaN is false.
  return limits[exitIndex] ?? Number.NaN;
}

/** `0.9`, or `0.5, 0.7, 0.9`. */
export function formatLimits(limits: PerExit): string {
  return typeof limits === 'number' ? String(limits) : limits.join(', ');
}

function formatRange({ minimum, maximum, isWhole = false }: LimitRange): string {
  const bounds = maximum === Number.POSITIVE_INFINITY ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return isWhole ? `that is a whole number ${bounds}` : bounds;
}
