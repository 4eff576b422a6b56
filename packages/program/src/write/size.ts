// Axis lengths, and integers computed from them, as known before a run: `fixed + perRow * rows`.

import type { ProgramSize } from '../steps/step-fields.ts';

export interface Size {
  readonly fixed: number;
  readonly perRow: number;
}

export function fixedSize(fixed: number): Size {
  return { fixed, perRow: 0 };
}

export function fixedSizes(values: readonly number[]): readonly Size[] {
  return values.map(fixedSize);
}

/** The size as a number, or null if it depends on the number of rows. */
export function fixedValue({ fixed, perRow }: Size): number | null {
  return perRow === 0 ? fixed : null;
}

/** The sizes as numbers, or null if one depends on the number of rows. */
export function fixedValues(sizes: readonly Size[]): readonly number[] | null {
  return sizes.every(({ perRow }) => perRow === 0) ? sizes.map(({ fixed }) => fixed) : null;
}

export function sameSize(left: Size, right: Size): boolean {
  return left.fixed === right.fixed && left.perRow === right.perRow;
}

/** The size in the form that a program stores; null for a sum of both kinds, which no axis can have. */
export function programSize({ fixed, perRow }: Size): ProgramSize | null {
  if (perRow === 0) return fixed;
  return fixed === 0 ? { perRow } : null;
}

/** A product of sizes: `factor * rows ^ power`; null if a factor is a sum. */
export function product(sizes: readonly Size[]): { readonly factor: number; readonly power: number } | null {
  let factor = 1;
  let power = 0;
  for (const { fixed, perRow } of sizes) {
    if (fixed !== 0 && perRow !== 0) return null;
    factor *= perRow === 0 ? fixed : perRow;
    if (perRow !== 0) power += 1;
  }
  return { factor, power };
}

/** The factor by which `known` must be multiplied to give `total`; null if there is none. */
export function quotient(total: readonly Size[], known: readonly Size[]): Size | null {
  const whole = product(total);
  const part = product(known);
  if (whole === null || part === null || part.factor === 0 || whole.factor % part.factor !== 0) return null;
  const value = whole.factor / part.factor;
  if (whole.power === part.power) return fixedSize(value);
  return whole.power === part.power + 1 ? { fixed: 0, perRow: value } : null;
}
