import { describe, expect, test } from 'vitest';
import { adamStep, initialAdamState } from './adam.ts';

describe('adamStep', () => {
  test('first goes by the learning rate against the sign of the gradient, whatever its size', () => {
    const parameters = Float32Array.of(1, 1, 1);
    const options = { learningRate: 0.25, weightDecay: 0, weightDecayKind: 'coupled' } as const;
    const state = adamStep(parameters, Float32Array.of(1e-4, -3e4, 0), initialAdamState(3), options);
    expect(parameters[0]).toBeCloseTo(0.75, 4); // epsilon is 1e-4 of this gradient
    expect(parameters[1]).toBeCloseTo(1.25, 6);
    expect(parameters[2]).toBe(1);
    expect(state.steps).toBe(1);
  });

  test('decoupled decay shrinks a parameter that has no gradient; coupled decay is a gradient like any other', () => {
    const step = (weightDecayKind: 'coupled' | 'decoupled'): number => {
      const parameters = Float32Array.of(2);
      adamStep(parameters, Float32Array.of(0), initialAdamState(1), {
        learningRate: 0.1,
        weightDecay: 0.5,
        weightDecayKind,
      });
      return parameters[0]!;
    };
    expect(step('decoupled')).toBeCloseTo(2 * (1 - 0.1 * 0.5), 6);
    expect(step('coupled')).toBeCloseTo(2 - 0.1, 6);
  });

  test('finds the minimum of a badly scaled bowl', () => {
    const parameters = Float32Array.of(3, -2);
    let state = initialAdamState(2);
    for (let step = 0; step < 2000; step++) {
      const gradient = Float32Array.of(100 * (parameters[0]! - 1), 0.01 * (parameters[1]! + 1));
      state = adamStep(parameters, gradient, state, {
        learningRate: 0.01,
        weightDecay: 0,
        weightDecayKind: 'coupled',
      });
    }
    expect(parameters[0]).toBeCloseTo(1, 2);
    expect(parameters[1]).toBeCloseTo(-1, 2);
  });
});
