import { describe, expect, it } from 'vitest';
import type { ExitPolicy } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { patience } from './patience.ts';

/** Decisions at each exit for rows whose most probable classes (of 3) are given exit by exit, while all rows stay. */
function decisions(policy: ExitPolicy, labelsByExit: readonly (readonly number[])[]): number[][] {
  let state = policy.init(labelsByExit[0]?.length ?? 0);
  return labelsByExit.map((labels, exitIndex) => {
    const update = policy.update(state, inputFor(labels, exitIndex, labelsByExit.length));
    state = update.state;
    return [...update.exits];
  });
}

function inputFor(labels: readonly number[], exitIndex: number, exitCount: number) {
  const probabilities = Float32Array.from(labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 0.5 : 0.25))));
  return { exitIndex, exitCount, rows: labels.length, classes: 3, probabilities };
}

describe('patience', () => {
  // Row 0 never changes its mind, row 1 changes at the third exit, row 2 at every exit.
  const labels = [
    [0, 1, 0],
    [0, 1, 1],
    [0, 2, 2],
    [0, 2, 0],
  ];

  it('leaves when the same class was named more often than the patience', () => {
    expect(decisions(patience(1), labels)).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [1, 0, 0],
      [1, 1, 0],
    ]);
    expect(decisions(patience(2), labels)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('leaves at once without patience, and never with as much as there are exits', () => {
    expect(decisions(patience(0), labels)[0]).toEqual([1, 1, 1]);
    expect(decisions(patience(4), labels).flat()).not.toContain(1);
  });

  it('carries the streaks of the rows that stay', () => {
    const policy = patience(2);
    let update = policy.update(policy.init(3), inputFor([2, 0, 1], 0, 4));
    update = policy.update(update.state, inputFor([1, 0, 1], 1, 4));
    // Row 1 leaves for some other reason; rows 0 (streak 1) and 2 (streak 2) stay.
    const kept = policy.keepRows(update.state, Int32Array.of(0, 2));
    expect([...policy.update(kept, inputFor([1, 1], 2, 4)).exits]).toEqual([0, 1]);
  });

  it('leaves the state it was given as it was', () => {
    const policy = patience(1);
    const first = policy.update(policy.init(1), inputFor([2], 0, 3));
    const once = policy.update(first.state, inputFor([2], 1, 3));
    const again = policy.update(first.state, inputFor([2], 1, 3));
    expect(again).toEqual(once);
  });

  it.each([[-1], [1.5], [Number.NaN]])('refuses %d', (exits) => {
    expect(() => patience(exits)).toThrow(InvalidInputError);
  });
});
