import { policyKinds } from '@ztw/core';
import { expect, test } from 'vitest';
import { budgetOptions } from './budget-flags.ts';

test('fractions and times are kept apart, each in order', () => {
  const budgets = [1, { milliseconds: 3 }, 0.5, { milliseconds: 1.5 }];
  expect(budgetOptions({ budgets }, false)).toEqual({
    budgets: [0.5, 1],
    timeBudgets: [1.5, 3],
    policy: policyKinds.confidence,
    times: { profile: null, batchSize: 1 },
  });
});

test('a profile is accepted if an option uses milliseconds, else refused', () => {
  const profile = { profile: 'here.json', profileBatch: 8 };
  const times = { profile: 'here.json', batchSize: 8 };
  expect(budgetOptions({ budgets: [{ milliseconds: 3 }], ...profile }, false)).toMatchObject({ times });
  expect(budgetOptions({ budgets: [1], ...profile }, true)).toMatchObject({ times });
  expect(() => budgetOptions({ budgets: [1], profile: 'here.json' }, false)).toThrow('--budgets 3ms');
  expect(() => budgetOptions({ budgets: [1], profileBatch: 8 }, false)).toThrow('--prune-exits milliseconds');
});
