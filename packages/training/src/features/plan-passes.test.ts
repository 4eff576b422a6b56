import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CutBytes, type Pass, planPasses } from './plan-passes.ts';

const pooled: CutBytes = { boundary: 1000, cached: 10, isBoundary: false };
const whole: CutBytes = { boundary: 1000, cached: 1000, isBoundary: true };

describe('planPasses', () => {
  test('takes one pass where the heads begin with a pool', () => {
    expect(planPasses({ rows: 100, cuts: [pooled, pooled, pooled], logitsBytes: 7, memoryLimit: 0 })).toEqual({
      passes: [{ first: 0, last: 3 }],
      peakBytes: 100 * 30 + 7,
    });
  });

  test('goes cut by cut where heads read whole feature maps that do not fit', () => {
    expect(planPasses({ rows: 100, cuts: [whole, whole, whole], logitsBytes: 0, memoryLimit: 0 })).toEqual({
      passes: [
        { first: 0, last: 0 },
        { first: 1, last: 1 },
        { first: 2, last: 3 },
      ],
      peakBytes: 100_000,
    });
  });

  test('takes one pass where all of them fit', () => {
    const { passes } = planPasses({ rows: 100, cuts: [whole, whole, whole], logitsBytes: 0, memoryLimit: 300_000 });
    expect(passes).toEqual([{ first: 0, last: 3 }]);
  });

  test('joins what is small and parts what is large', () => {
    const { passes } = planPasses({ rows: 1, cuts: [pooled, whole, whole, pooled], logitsBytes: 0, memoryLimit: 0 });
    // The boundary at the end of the first pass is also what the ICs there are trained on.
    expect(passes).toEqual([
      { first: 0, last: 1 },
      { first: 2, last: 4 },
    ]);
  });

  test('runs a network without cuts in one pass', () => {
    expect(planPasses({ rows: 5, cuts: [], logitsBytes: 20, memoryLimit: 0 })).toEqual({
      passes: [{ first: 0, last: 0 }],
      peakBytes: 20,
    });
  });

  test('is no worse than any other way to part the segments', () => {
    const cut = fc.record({
      boundary: fc.nat({ max: 9 }),
      cached: fc.nat({ max: 9 }),
      isBoundary: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 6 }), fc.nat({ max: 30 }), fc.nat({ max: 5 }), (cuts, limit, logits) => {
        const { passes, peakBytes } = planPasses({ rows: 1, cuts, logitsBytes: logits, memoryLimit: limit });
        expect(passes.flatMap(({ first, last }) => range(first, last))).toEqual(range(0, cuts.length));
        const others = partitions(cuts.length).map((parts) => ({ parts, peak: peak(parts, cuts, logits) }));
        const best = Math.max(limit, 1.1 * Math.min(...others.map((other) => other.peak)));
        expect(peakBytes).toBeLessThanOrEqual(best);
        const enough = others.some((other) => other.peak <= limit) ? limit : best;
        const fewest = others.filter((other) => other.peak <= enough).map(({ parts }) => parts.length);
        expect(passes).toHaveLength(Math.min(...fewest));
      }),
    );
  });
});

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Every way to part the segments `0..last` into consecutive passes. */
function partitions(last: number, first = 0): Pass[][] {
  if (first > last) return [[]];
  return range(first, last).flatMap((end) => partitions(last, end + 1).map((rest) => [{ first, last: end }, ...rest]));
}

function peak(parts: readonly Pass[], cuts: readonly CutBytes[], logits: number): number {
  const held = parts.map(({ first, last }) => {
    let bytes = last === cuts.length ? logits : cuts[last]!.boundary;
    for (const segment of range(first, Math.min(last, cuts.length - 1))) {
      const { cached, isBoundary } = cuts[segment]!;
      if (segment < last || !isBoundary) bytes += cached;
    }
    return bytes;
  });
  return Math.max(...held);
}
