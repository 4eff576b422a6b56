import { InvalidInputError, patience } from '@ztw/core';
import { expect, test } from 'vitest';
import { chooseExit, type ExitSituation } from './exit-choice.ts';

const situation: ExitSituation = {
  operatingPoints: [
    { budget: 0.5, policy: { kind: 'confidence', limit: 0.25 }, accuracy: 0.9, cost: 0.5, exitShares: [1, 0] },
    { budget: 1, policy: { kind: 'entropy', limit: 0.75 }, accuracy: 0.9, cost: 1, exitShares: [0, 1] },
  ],
  stageNames: ['first', 'final'],
  batchSize: 1,
  profile: {
    format: 'ztw-device-profile',
    version: 1,
    model: 'small',
    device: 'here',
    stages: ['first', 'final'],
    batches: [{ batchSize: 1, repeats: 1, stageMilliseconds: [2, 2], wholeMilliseconds: null }],
  },
  device: 'here',
};

test.each([
  [{ kind: 'default' }, 'confidenceThreshold(0.25)'],
  [{ kind: 'budget', budget: 0.5 }, 'confidenceThreshold(0.25)'],
  [{ kind: 'budget', budget: 1 }, 'entropyThreshold(0.75)'],
  [{ kind: 'milliseconds', milliseconds: 3 }, 'confidenceThreshold(0.25)'],
  [{ kind: 'milliseconds', milliseconds: 4 }, 'entropyThreshold(0.75)'],
  [{ kind: 'policy', policy: patience(2) }, 'patience(2)'],
] as const)('%j', (choice, name) => {
  expect(chooseExit(choice, situation).name).toBe(name);
});

test('by default, a bundle that was calibrated only for more than half uses its smallest budget', () => {
  const [, full] = situation.operatingPoints;
  const chosen = chooseExit({ kind: 'default' }, { ...situation, operatingPoints: [full!] });
  expect(chosen.name).toBe('entropyThreshold(0.75)');
  expect(() => chooseExit({ kind: 'default' }, { ...situation, operatingPoints: [] })).toThrow(
    /calibrated operating points; this one has none/,
  );
});

test('a budget below all calibrated ones is refused with the options that help', () => {
  const choose = () => chooseExit({ kind: 'budget', budget: 0.3 }, situation);
  expect(choose).toThrow(InvalidInputError);
  expect(choose).toThrow(/at least 0.5, .* 0.5, 1; received 0.3\. .*--policy/);
});

test.each([
  [{ profile: null }, /--profile/],
  [{ device: 'there' }, /this device, there; received one of here/],
  [{ batchSize: 4 }, /batches of 1; received 4/],
])('a budget in milliseconds with %j is refused', (change, message) => {
  const choose = () => chooseExit({ kind: 'milliseconds', milliseconds: 9 }, { ...situation, ...change });
  expect(choose).toThrow(InvalidInputError);
  expect(choose).toThrow(message);
});
