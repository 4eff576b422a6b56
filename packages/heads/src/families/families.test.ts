import { InvalidInputError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { convHead } from './conv-head.ts';
import { headFor } from './head-for.ts';
import { poolConvHead } from './pool-conv-head.ts';
import { pooledHead } from './pooled-head.ts';
import { swinHead } from './swin-head.ts';
import { tokenHead } from './token-head.ts';

const map = { inputShape: [16, 32, 32], classes: 10, cascade: false } as const;

describe('families', () => {
  test('the default conv head keeps maps even', () => {
    expect(convHead({ ...map, cascade: true }).layers).toEqual([
      { kind: 'relu' },
      { kind: 'conv2d', name: 'conv0', inChannels: 16, outChannels: 8, kernelSize: 3, stride: 2, padding: 1 },
      { kind: 'mixed-pool', name: 'pool', outputSize: [4, 4] },
      { kind: 'flatten' },
      { kind: 'cascade', name: 'cascade', classes: 10, layerNorm: true, epsilon: 1e-5 },
      { kind: 'dense', name: 'classifier', inFeatures: 138, outFeatures: 10 },
    ]);
  });

  test('conv heads of every depth halve the channels at least, and never to none', () => {
    for (let layers = 1; layers <= 5; layers++) {
      const deep = convHead({ ...map, inputShape: [1, 32, 32], layers });
      expect(deep.layers.filter((layer) => layer.kind === 'conv2d').every((layer) => layer.outChannels === 1)).toBe(
        true,
      );
    }
  });

  test('a pool-conv head costs the same for every large map', () => {
    const [small, large] = [32, 64].map((side) => poolConvHead({ ...map, inputShape: [16, side, side] }).layers);
    expect(large).toEqual(small);
  });

  test('a pool-conv head pools no map that is small already', () => {
    const kinds = poolConvHead({ ...map, inputShape: [16, 8, 8] }).layers.map((layer) => layer.kind);
    expect(kinds).toEqual(['relu', 'conv2d', 'mixed-pool', 'flatten', 'dense']);
  });

  test('pools never repeat features unless told to', () => {
    const pool = pooledHead({ ...map, inputShape: [16, 2, 7] }).layers[0];
    expect(pool).toMatchObject({ outputSize: [2, 7] });
    expect(pooledHead({ ...map, inputShape: [16, 2, 2], poolSize: 4 }).layers[0]).toMatchObject({ outputSize: [4, 4] });
  });

  test('token heads read one token, the mean, or a plain vector', () => {
    const kinds = (options: Partial<Parameters<typeof tokenHead>[0]>) =>
      tokenHead({ inputShape: [5, 8], classes: 3, cascade: false, ...options }).layers.map((layer) => layer.kind);
    expect(kinds({ token: 4 })).toEqual(['take-token', 'dense']);
    expect(kinds({ token: 'mean', layers: 2 })).toEqual(['mean-tokens', 'dense', 'gelu', 'dense']);
    expect(kinds({ inputShape: [8] })).toEqual(['dense']);
  });

  test('the previous logits enter before the last layer only', () => {
    const layers = swinHead({ inputShape: [7, 7, 8], classes: 3, cascade: true, layers: 3, hiddenSize: 4 }).layers;
    expect(layers.slice(3).map((layer) => layer.kind)).toEqual(['dense', 'gelu', 'dense', 'gelu', 'cascade', 'dense']);
    expect(layers.at(-1)).toMatchObject({ inFeatures: 7 });
  });

  test('auto goes by the shape', () => {
    const family = (shape: number[]) => headFor(shape, { classes: 10, cascade: false }).family;
    expect(family([64, 1, 1])).toBe('pooled');
    expect(family([64, 8, 8])).toBe('conv');
    expect(family([64, 56, 56])).toBe('pool-conv');
    expect(family([197, 192])).toBe('token');
    expect(family([512])).toBe('token');
  });

  test('a bottleneck takes features and previous logits together', () => {
    const layers = pooledHead({ ...map, cascade: true, poolSize: [2, 1], bottleneck: 3 }).layers.slice(2);
    expect(layers.map((layer) => layer.kind)).toEqual(['cascade', 'dense', 'gelu', 'dense']);
    expect(layers[1]).toMatchObject({ name: 'bottleneck', inFeatures: 16 * 2 + 10, outFeatures: 3 });
    expect(layers[3]).toMatchObject({ name: 'classifier', inFeatures: 3, outFeatures: 10 });
  });

  test('within bounds auto falls back, and a family by name does not', () => {
    const options = { classes: 1000, cascade: true, bounds: { macs: 2e6, parameters: 1e6 } } as const;
    const bounded = headFor([2048, 7, 7], options);
    expect(bounded).toEqual(
      pooledHead({ inputShape: [2048, 7, 7], classes: 1000, cascade: true, poolSize: 1, bottleneck: 128 }),
    );
    expect(headFor([2048, 7, 7], { ...options, family: 'pooled' })).toEqual(
      headFor([2048, 7, 7], { classes: 1000, cascade: true, family: 'pooled' }),
    );
    expect(headFor([16, 8, 8], { ...options, classes: 10 })).toEqual(
      headFor([16, 8, 8], { classes: 10, cascade: true }),
    );
  });

  test('a family by name gets its options', () => {
    const options = { classes: 10, cascade: true, layerNorm: false, padding: 0, layers: 2 } as const;
    expect(headFor([16, 9, 9], { family: 'conv', ...options })).toEqual(
      convHead({ inputShape: [16, 9, 9], ...options }),
    );
  });
});

describe('families that do not fit', () => {
  test.for([
    [
      'tokens to a conv head',
      () => convHead({ ...map, inputShape: [197, 192] }),
      /\[channels, height, width\].*\[197, 192\]/,
    ],
    ['maps to a token head', () => tokenHead(map), /\[tokens, width\]/],
    [
      'a map smaller than the kernel',
      () => convHead({ ...map, inputShape: [4, 2, 9], padding: 0 }),
      /2 by 9 is too small/,
    ],
    [
      'a map that runs out under five kernels',
      () => convHead({ ...map, inputShape: [4, 10, 10], layers: 5, padding: 0 }),
      /too small/,
    ],
    ['six layers', () => convHead({ ...map, layers: 6 }), /from 1 to 5/],
    ['no layers', () => tokenHead({ ...map, inputShape: [8], layers: 0 }), /number of layers/],
    ['a token that is not there', () => tokenHead({ ...map, inputShape: [5, 8], token: 5 }), /from 0 to 4/],
    ['half a pool', () => pooledHead({ ...map, poolSize: 2.5 }), /pool size.*2.5/],
    ['no bottleneck', () => pooledHead({ ...map, bottleneck: 0 }), /bottleneck.*0/],
    ['channels divided by nothing', () => convHead({ ...map, channelDivisor: 0 }), /channel divisor.*0/],
    ['half a reduced size', () => poolConvHead({ ...map, reducedSize: [4, 0.5] }), /reduced size.*0.5/],
    ['no classes', () => pooledHead({ ...map, classes: 0 }), /number of classes/],
    ['an empty map', () => pooledHead({ ...map, inputShape: [4, 0, 4] }), /size of the features/],
    ['a scalar', () => headFor([], { classes: 2, cascade: false }), /No family/],
    [
      'a family that does not exist',
      () => headFor([8], { family: 'tree' as 'token', classes: 2, cascade: false }),
      /"tree"/,
    ],
  ] as const)('%s', ([, make, message]) => {
    expect(make).toThrow(InvalidInputError);
    expect(make).toThrow(message);
  });
});
