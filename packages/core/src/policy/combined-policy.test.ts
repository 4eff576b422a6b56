import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { allOf, anyOf } from './combined-policy.ts';
import { confidenceThreshold } from './confidence-threshold.ts';
import { marginThreshold } from './margin-threshold.ts';
import { patience } from './patience.ts';

const rows = [
  [0.25, 0.4, 0.35],
  [0.5, 0.25, 0.25],
  [0.75, 0.125, 0.125],
];
const input = {
  exitIndex: 0,
  exitCount: 3,
  rows: rows.length,
  classes: 3,
  probabilities: Float32Array.from(rows.flat()),
};

describe('anyOf and allOf', () => {
  const members = [confidenceThreshold(0.6), marginThreshold(0.2)] as const;

  it('ask for one vote, or for all', () => {
    const any = anyOf(...members);
    const all = allOf(...members);
    expect([...any.update(any.init(3), input).exits]).toEqual([0, 1, 1]);
    expect([...all.update(all.init(3), input).exits]).toEqual([0, 0, 1]);
  });

  it('carry the state of every member, whoever decides', () => {
    const policy = allOf(patience(1), confidenceThreshold(0.6));
    const first = policy.update(policy.init(3), input);
    expect([...first.exits]).toEqual([0, 0, 0]);
    const kept = policy.keepRows(first.state, Int32Array.of(1, 2));
    const second = policy.update(kept, {
      ...input,
      exitIndex: 1,
      rows: 2,
      probabilities: Float32Array.of(0.75, 0.125, 0.125, 0.125, 0.75, 0.125),
    });
    // Both are confident; only the first names the class that it named before.
    expect([...second.exits]).toEqual([1, 0]);
  });

  it('name their members', () => {
    expect(anyOf(patience(2), allOf(...members)).name).toBe(
      'anyOf(patience(2), allOf(confidenceThreshold(0.6), marginThreshold(0.2)))',
    );
  });

  it('refuse to be made of nothing', () => {
    expect(() => anyOf()).toThrow(InvalidInputError);
    expect(() => allOf()).toThrow(InvalidInputError);
  });
});
