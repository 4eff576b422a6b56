import { describe, expect, it } from 'vitest';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { confidenceThreshold } from './confidence-threshold.ts';
import { entropyThreshold } from './entropy-threshold.ts';
import { marginThreshold } from './margin-threshold.ts';
import { never } from './never.ts';

/** What a stateless policy decides at one exit of four. */
function decide(policy: ExitPolicy, rows: readonly (readonly number[])[], exitIndex = 0): number[] {
  const classes = rows[0]?.length ?? 1;
  const input = {
    exitIndex,
    exitCount: 4,
    rows: rows.length,
    classes,
    probabilities: Float32Array.from(rows.flat()),
  };
  return [...policy.update(policy.init(rows.length), input).exits];
}

describe('confidenceThreshold', () => {
  it('needs a confidence strictly above the threshold', () => {
    expect(
      decide(confidenceThreshold(0.5), [
        [0.5, 0.5],
        [0.25, 0.75],
        [0.5, 0.25],
      ]),
    ).toEqual([0, 1, 0]);
  });

  it('takes an equal confidence too, when told to compare by >=', () => {
    expect(
      decide(confidenceThreshold(0.5, { comparison: '>=' }), [
        [0.5, 0.5],
        [0.25, 0.375],
      ]),
    ).toEqual([1, 0]);
  });

  it('keeps even certain rows at a threshold of 1', () => {
    expect(decide(confidenceThreshold(1), [[1, 0]])).toEqual([0]);
  });

  it('has one threshold per exit, with or without the last', () => {
    const row = [[0.25, 0.75]];
    for (const thresholds of [
      [0.9, 0.7, 0.8],
      [0.9, 0.7, 0.8, 0.1],
    ]) {
      const policy = confidenceThreshold(thresholds);
      expect([0, 1, 2].map((exitIndex) => decide(policy, row, exitIndex)[0])).toEqual([0, 1, 0]);
    }
    expect(decide(confidenceThreshold([0.9, 0.7, 0.8]), row, 3)).toEqual([0]);
  });

  it('does not follow later changes of the list', () => {
    const thresholds = [0.9, 0.9, 0.9];
    const policy = confidenceThreshold(thresholds);
    thresholds[0] = 0;
    expect(decide(policy, [[0.25, 0.75]])).toEqual([0]);
  });

  it.each([[-0.1], [1.1], [Number.NaN], [[0.5, 2]], [[]]])('refuses %j', (threshold) => {
    expect(() => confidenceThreshold(threshold)).toThrow(InvalidInputError);
  });

  it('refuses a list that fits neither all exits nor all but the last', () => {
    expect(() => decide(confidenceThreshold([0.5, 0.5]), [[1, 0]])).toThrow(
      /3 exits before the last one, or for all 4/,
    );
  });

  it('names itself with its values', () => {
    expect(confidenceThreshold(0.9).name).toBe('confidenceThreshold(0.9)');
    expect(confidenceThreshold([0.5, 0.7], { comparison: '>=' }).name).toBe("confidenceThreshold(0.5, 0.7, '>=')");
  });
});

describe('entropyThreshold', () => {
  it('needs an entropy strictly below the threshold, in nats', () => {
    // Two equal classes have log 2, about 0.693 nats; a certain one has 0.
    const rows = [
      [0.5, 0.5],
      [1, 0],
    ];
    expect(decide(entropyThreshold(0.69), rows)).toEqual([0, 1]);
    expect(decide(entropyThreshold(0.7), rows)).toEqual([1, 1]);
    expect(decide(entropyThreshold(0), rows)).toEqual([0, 0]);
  });

  it.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuses %d', (threshold) => {
    expect(() => entropyThreshold(threshold)).toThrow(InvalidInputError);
  });
});

describe('marginThreshold', () => {
  it('needs the two best classes strictly further apart than the margin', () => {
    const rows = [
      [0.25, 0.5, 0.25],
      [0.125, 0.125, 0.75],
      [0.5, 0.5, 0],
    ];
    expect(decide(marginThreshold(0.25), rows)).toEqual([0, 1, 0]);
    expect(decide(marginThreshold(1), [[0, 0, 1]])).toEqual([0]);
  });

  it.each([[-0.1], [1.5], [Number.NaN]])('refuses %d', (margin) => {
    expect(() => marginThreshold(margin)).toThrow(InvalidInputError);
  });
});

describe('never', () => {
  it('keeps every row', () => {
    expect(
      decide(never(), [
        [1, 0],
        [0, 1],
      ]),
    ).toEqual([0, 0]);
  });
});
