import { InvalidInputError, InvalidModelError, type RowShape } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import { describe, expect, test } from 'vitest';
import type { HeadParameters } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { parameterShapes } from '../shapes/head-parameters.ts';
import { executeHead, executeLayers } from './execute-head.ts';

/** One layer on small hand-made rows. The stored examples of the original code are matched in `golden.test.ts`. */
function run(layer: HeadLayer, input: number[], inputShape: RowShape, values: Record<string, number[]> = {}): number[] {
  const rows = input.length / rowSize(inputShape);
  return [...executeLayers([layer], withValues(layer, values), Float32Array.from(input), inputShape, rows, null)];
}

function withValues(layer: HeadLayer, values: Record<string, number[]>): HeadParameters {
  return Object.fromEntries(
    Object.entries(parameterShapes({ layers: [layer] })).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from(values[name] ?? []) },
    ]),
  );
}

describe('reference layers', () => {
  test('relu', () => {
    expect(run({ kind: 'relu' }, [-1, 0, 2], [3])).toEqual([0, 0, 2]);
  });

  test('gelu is the exact one and saturates', () => {
    const [zero, one, minusOne, large, largeNegative] = run({ kind: 'gelu' }, [0, 1, -1, 20, -20], [5]);
    expect(zero).toBe(0);
    // 0.5 (1 + erf(1 / sqrt 2)) = Phi(1) = 0.8413447460685429; float32 keeps 7 digits
    expect(one).toBeCloseTo(0.8413447460685429, 6);
    expect(minusOne).toBeCloseTo(-0.15865525393145707, 6);
    expect(large).toBe(20);
    expect(largeNegative).toBeCloseTo(0, 10);
  });

  test('channels-first', () => {
    expect(run({ kind: 'channels-first' }, [1, 2, 3, 4, 5, 6], [1, 3, 2])).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test('take-token and mean-tokens', () => {
    const tokens = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(run({ kind: 'take-token', index: 1 }, tokens, [2, 2])).toEqual([3, 4, 7, 8]);
    expect(run({ kind: 'mean-tokens' }, tokens, [2, 2])).toEqual([2, 3, 6, 7]);
  });

  test('conv2d pads with zeros on all sides and keeps its bias there', () => {
    const layer = { kind: 'conv2d', name: 'c', inChannels: 1, outChannels: 1, kernelSize: 3, stride: 2, padding: 1 };
    const weights = { 'c.weight': [0, 0, 0, 0, 1, 10, 0, 100, 1000], 'c.bias': [0.5] };
    expect(run(layer as HeadLayer, [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3], weights)).toEqual([
      5421.5, 603.5, 87.5, 9.5,
    ]);
  });

  test('adaptive pools overlap where the map does not divide, and repeat where it is too small', () => {
    const layer: HeadLayer = { kind: 'adaptive-pools', outputSize: [2, 2] };
    expect(run(layer, [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3])).toEqual([5, 6, 8, 9, 3, 4, 6, 7]);
    expect(run(layer, [-1], [1, 1, 1])).toEqual([-1, -1, -1, -1, -1, -1, -1, -1]);
  });

  test('mixed-pool is pool-mix after adaptive-pools', () => {
    const layer: HeadLayer = { kind: 'mixed-pool', name: 'p', outputSize: [1, 1] };
    expect(run(layer, [0, 4, 4, 4], [1, 2, 2], { 'p.alpha': [0.25] })).toEqual([3.25]);
    expect(run({ kind: 'pool-mix', name: 'p' }, [4, 3], [2, 1, 1, 1], { 'p.alpha': [0.25] })).toEqual([3.25]);
  });

  test('layer-norm uses the biased variance', () => {
    const layer: HeadLayer = { kind: 'layer-norm', name: 'n', size: 2, epsilon: 0 };
    expect(run(layer, [1, 3], [2], { 'n.weight': [2, 3], 'n.bias': [10, 20] })).toEqual([8, 23]);
  });

  test('dense keeps [out, in]', () => {
    const layer: HeadLayer = { kind: 'dense', name: 'd', inFeatures: 2, outFeatures: 3 };
    expect(run(layer, [1, 10], [2], { 'd.weight': [1, 2, 3, 4, 5, 6], 'd.bias': [0, 0, 1] })).toEqual([21, 43, 66]);
  });

  test('cascade appends the logits after the features', () => {
    const layer: HeadLayer = { kind: 'cascade', name: 'c', classes: 2, layerNorm: false, epsilon: 1e-5 };
    const output = executeLayers([layer], {}, Float32Array.of(1, 2), [1], 2, Float32Array.of(5, 6, 7, 8));
    expect([...output]).toEqual([1, 5, 6, 2, 7, 8]);
  });
});

describe('reference executor', () => {
  const dense: HeadLayer = { kind: 'dense', name: 'fc', inFeatures: 2, outFeatures: 1 };
  const head = {
    specification: {
      specificationVersion: 'v1',
      family: 'token',
      inputShape: [2],
      classes: 1,
      layers: [dense],
    },
    parameters: withValues(dense, { 'fc.weight': [1, 1], 'fc.bias': [0] }),
  } as const;

  test('runs zero rows', () => {
    expect(executeHead(head, new Float32Array(0), 0, null)).toEqual(new Float32Array(0));
  });

  test('never returns the caller’s own array', () => {
    const input = Float32Array.of(1, 2);
    const output = executeLayers([{ kind: 'flatten' }], {}, input, [2], 1, null);
    output[0] = 9;
    expect([...input]).toEqual([1, 2]);
  });

  test('names what does not fit', () => {
    expect(() => executeHead(head, new Float32Array(3), 1, null)).toThrow(InvalidInputError);
    expect(() => executeHead({ ...head, parameters: {} }, new Float32Array(2), 1, null)).toThrow(InvalidModelError);
    const cascade: HeadLayer = { kind: 'cascade', name: 'cascade', classes: 2, layerNorm: false, epsilon: 1e-5 };
    expect(() => executeLayers([cascade], {}, new Float32Array(2), [2], 1, null)).toThrow(/previous logits.*"cascade"/);
  });
});
