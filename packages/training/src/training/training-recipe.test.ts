import { InvalidInputError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { completeRecipe, defaultTrainingRecipe, learningRateAt, type TrainingRecipe } from './training-recipe.ts';

describe('completeRecipe', () => {
  test('fills in the defaults', () => {
    expect(completeRecipe({})).toEqual(defaultTrainingRecipe);
    expect(completeRecipe({ epochs: 3 })).toEqual({ ...defaultTrainingRecipe, epochs: 3 });
  });

  const wrong: readonly [string, Partial<TrainingRecipe>][] = [
    ['epochs', { epochs: 1.5 }],
    ['batchSize', { batchSize: 0 }],
    ['learningRate', { learningRate: NaN }],
    ['weightDecay', { weightDecay: -1 }],
    ['labelSmoothing', { labelSmoothing: 1 }],
    ['seed', { seed: 0.5 }],
    ['schedule.milestones', { schedule: { kind: 'step', milestones: [6], factor: 0.1 } }],
    ['schedule.factor', { schedule: { kind: 'step', milestones: [0.5], factor: 0 } }],
    ['schedule.minimum', { schedule: { kind: 'cosine', minimum: 1 } }],
    ['distillation.weight', { distillation: { weight: 2, temperature: 1 } }],
    ['distillation.temperature', { distillation: { weight: 1, temperature: 0 } }],
  ];

  test.each(wrong)('names %s when it is out of range', (field, recipe) => {
    expect(() => completeRecipe(recipe)).toThrow(InvalidInputError);
    expect(() => completeRecipe(recipe)).toThrow(`The recipe's ${field} must be`);
  });
});

describe('learningRateAt', () => {
  const rates = (schedule: TrainingRecipe['schedule']): readonly number[] => {
    const recipe = completeRecipe({ epochs: 8, learningRate: 1, schedule });
    return [0, 59, 60, 79].map((step) => learningRateAt(recipe, step, 10));
  };

  test('constant', () => {
    expect(rates({ kind: 'constant' })).toEqual([1, 1, 1, 1]);
  });

  test('steps down after the sixth of eight epochs', () => {
    expect(rates({ kind: 'step', milestones: [0.75], factor: 0.1 })).toEqual([1, 1, 0.1, 0.1]);
    expect(rates({ kind: 'step', milestones: [0.5, 0.75], factor: 0.5 })).toEqual([1, 0.5, 0.25, 0.25]);
  });

  test('follows half a cosine', () => {
    const [first, , late, last] = rates({ kind: 'cosine', minimum: 0.2 });
    expect(first).toBe(1);
    expect(late).toBeCloseTo(0.2 + 0.4 * (1 + Math.cos(0.75 * Math.PI)), 12);
    expect(last).toBeLessThan(0.201);
    expect(last).toBeGreaterThan(0.2);
  });
});
