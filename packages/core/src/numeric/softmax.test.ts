import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSoftmax, softmax, toProbabilities } from './softmax.ts';

/** `[rows, 3]`, up to logits far beyond what `exp` can take. */
const logitRows = fc
  .array(fc.tuple(...Array.from({ length: 3 }, () => fc.float({ min: -1e4, max: 1e4, noNaN: true }))), {
    minLength: 1,
    maxLength: 5,
  })
  .map((rows) => Float32Array.from(rows.flat()));

describe('softmax', () => {
  it('matches values worked out by hand, row by row', () => {
    const probabilities = softmax(Float32Array.of(0, Math.log(3), 5, 5), 2);
    // atol 1e-7: float32 rounding of the inputs and results.
    expect(probabilities[0]).toBeCloseTo(0.25, 7);
    expect(probabilities[1]).toBeCloseTo(0.75, 7);
    expect([...probabilities.slice(2)]).toEqual([0.5, 0.5]);
  });

  it('gives rows that sum to 1, however large the logits', () => {
    fc.assert(
      fc.property(logitRows, (logits) => {
        const probabilities = softmax(logits, 3);
        for (let start = 0; start < logits.length; start += 3) {
          const sum = probabilities.slice(start, start + 3).reduce((total, value) => total + value, 0);
          // Three float32 roundings.
          expect(Math.abs(sum - 1)).toBeLessThan(3e-7);
        }
      }),
    );
  });

  it('is the exponential of logSoftmax', () => {
    fc.assert(
      fc.property(logitRows, (logits) => {
        const direct = softmax(logits, 3);
        const fromLogs = toProbabilities(logSoftmax(logits, 3));
        // A log-probability of -100 in float32 is off by 4e-6, relative; its probability is tiny.
        direct.forEach((value, index) => {
          expect(Math.abs(value - (fromLogs[index] as number))).toBeLessThan(1e-7 + 1e-6 * value);
        });
      }),
    );
  });
});

describe('logSoftmax', () => {
  it('is never above 0, and the same for logits that are all moved by a constant', () => {
    const logits = Float32Array.of(1, 2, 3, 4);
    const logs = logSoftmax(logits, 4);
    expect(logs.every((value) => value <= 0)).toBe(true);
    expect(
      logSoftmax(
        logits.map((value) => value + 16),
        4,
      ),
    ).toEqual(logs);
  });
});

describe('toProbabilities', () => {
  it('never exceeds 1 and takes -Infinity for 0', () => {
    expect([...toProbabilities(Float32Array.of(1e-6, Number.NEGATIVE_INFINITY, 0))]).toEqual([1, 0, 1]);
  });
});
