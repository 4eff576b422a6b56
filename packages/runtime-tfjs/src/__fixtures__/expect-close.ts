import { expect } from 'vitest';

/** Fails at the first value that differs by more than `atol + rtol * |expected|`. */
export function expectClose(
  actual: ArrayLike<number> | null | undefined,
  expected: ArrayLike<number>,
  { rtol, atol }: { readonly rtol: number; readonly atol: number },
  what = 'values',
): void {
  expect(actual?.length, what).toBe(expected.length);
  const values = Array.from(actual ?? []);
  const off = values.findIndex((value, index) => {
    const target = expected[index] as number;
    return !(Math.abs(value - target) <= atol + rtol * Math.abs(target));
  });
  expect(off, off < 0 ? what : `${what}[${off}]: ${values[off]} instead of ${expected[off]}`).toBe(-1);
}
