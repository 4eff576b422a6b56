import type { PruningReport } from '@ztw/training';
import { expect, test } from 'vitest';
import { pruningText } from './pruning-text.ts';

const report: PruningReport = {
  unit: 'macs',
  wholeAccuracy: 0.9,
  accuracy: 0.9,
  kept: ['a', 'final'],
  dropped: [],
  trainings: 1,
  cost: 5e6,
  costOfAll: 5e6,
  wholeCost: 1e7,
  verdict: { kind: 'early-exit' },
};

test('nothing dropped', () => {
  expect(pruningText(report)).toBe(
    'no exit costs more than it saves: all stay\n' +
      'Early exit pays here: at 90.00 % right on the calibration rows, an image costs 5.0 M MACs, the full network 10.0 M MACs (50.0 %).\n',
  );
});

test('what was dropped, at which cost, and what was trained again', () => {
  const text = pruningText({
    ...report,
    unit: 'milliseconds',
    cost: 2,
    wholeCost: 4,
    trainings: 2,
    dropped: [{ name: 'b', costWith: 2.4, costWithout: 2.2 }],
  });
  expect(text).toMatch(/^b +60\.00 % +55\.00 %$/m);
  expect(text).toContain('1 exit(s) dropped, 2 stay, the last one included; ICs were trained 2 times');
  expect(text).toContain('an image costs 2.00 ms, the full network 4.00 ms (50.0 %)');
});

test.each([
  [{ verdict: { kind: 'whole-network' } }, 'an image costs 5.0 M MACs, the full network 10.0 M MACs.'],
  [
    { verdict: { kind: 'whole-network' }, kept: ['final'], dropped: [{ name: 'a', costWith: 11e6, costWithout: 1e7 }] },
    'no exit saves what it costs. The bundle holds the full network alone.',
  ],
  [
    {
      verdict: { kind: 'whole-network' },
      kept: ['final'],
      dropped: [{ name: 'a', costWith: null, costWithout: null }],
    },
    'no threshold is at 90.00 % right on the calibration rows; --prune-tolerance allows a loss. The bundle',
  ],
  [{ verdict: { kind: 'alternative', name: 'tiny' } }, 'another network is better: tiny is accurate enough'],
] as const)('%j', (change, words) => {
  const text = pruningText({ ...report, ...change });
  expect(text).toContain('Early exit does not pay here');
  expect(text).toContain(words);
});
