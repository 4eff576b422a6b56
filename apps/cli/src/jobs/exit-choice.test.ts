import { confidenceThreshold } from '@ztw/core';
import { expect, test } from 'vitest';
import { exitPolicy } from './exit-choice.ts';

const bundle = { policyFor: (budget: number) => confidenceThreshold(budget / 2) };

test('each choice is the policy of its name', () => {
  const names = (
    [
      { kind: 'budget', budget: 0.5 },
      { kind: 'threshold', threshold: 0.9 },
      { kind: 'patience', patience: 2 },
      { kind: 'never' },
    ] as const
  ).map((choice) => exitPolicy(choice, bundle).name);
  expect(names).toEqual(['confidenceThreshold(0.25)', 'confidenceThreshold(0.9)', 'patience(2)', 'never()']);
});
