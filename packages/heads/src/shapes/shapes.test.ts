import { InvalidModelError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { convHead } from '../families/conv-head.ts';
import { tokenHead } from '../families/token-head.ts';
import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { headMacs } from './head-macs.ts';
import { parameterCount, parameterShapes } from './head-parameters.ts';
import { headShapes } from './head-shapes.ts';
import { validateHead } from './validate-head.ts';

const head = convHead({ inputShape: [16, 32, 32], classes: 10, cascade: true, padding: 0 });

describe('what follows from the layers', () => {
  test('shapes after each layer', () => {
    expect(headShapes(head)).toEqual([[16, 32, 32], [8, 15, 15], [8, 4, 4], [128], [138], [10]]);
  });

  test('parameters by name, in order', () => {
    expect(Object.entries(parameterShapes(head))).toEqual([
      ['conv0.weight', [8, 16, 3, 3]],
      ['conv0.bias', [8]],
      ['pool.alpha', [1]],
      ['cascade.weight', [10]],
      ['cascade.bias', [10]],
      ['classifier.weight', [10, 138]],
      ['classifier.bias', [10]],
    ]);
    expect(parameterCount(head)).toBe(1152 + 8 + 1 + 20 + 1380 + 10);
  });

  test('MACs of convolutions and dense layers', () => {
    expect(headMacs(head)).toBe(8 * 15 * 15 * 16 * 9 + 138 * 10);
    expect(headMacs(tokenHead({ inputShape: [5, 8], classes: 3, cascade: false, layers: 2, hiddenSize: 4 }))).toBe(44);
  });
});

describe('validateHead', () => {
  const dense: HeadLayer = { kind: 'dense', name: 'fc', inFeatures: 4, outFeatures: 2 };
  const cascade: HeadLayer = { kind: 'cascade', name: 'c', classes: 2, layerNorm: true, epsilon: 1e-5 };
  const whole: HeadSpecification = {
    specificationVersion: 'v1',
    family: 'token',
    inputShape: [4],
    classes: 2,
    layers: [dense],
  };

  test('takes a whole head', () => {
    expect(() => validateHead(whole)).not.toThrow();
    expect(() => validateHead(head)).not.toThrow();
  });

  test.for([
    ['layers that do not fit', { inputShape: [5] }, /\[4\] at the layer dense "fc".*\[5\]/],
    ['the wrong number of logits', { classes: 3 }, /end in logits \[3\].*received \[2\]/],
    ['another version', { specificationVersion: 'v2' as 'v1' }, /version v1.*v2/],
    ['names used twice', { layers: [dense, { ...dense, inFeatures: 2 }] }, /unique names.*"fc" twice/],
    ['two cascades', { layers: [cascade, { ...cascade, name: 'd' }, { ...dense, inFeatures: 8 }] }, /at most one/],
    [
      'a cascade for other classes',
      {
        layers: [
          { ...cascade, classes: 3 },
          { ...dense, inFeatures: 7 },
        ],
      },
      /3 classes/,
    ],
    [
      'an epsilon of zero',
      {
        layers: [
          { ...cascade, epsilon: 0 },
          { ...dense, inFeatures: 6 },
        ],
      },
      /epsilon.* >0 but received 0/,
    ],
    ['a negative size', { layers: [{ ...dense, outFeatures: -2 }] }, /outFeatures.*-2/],
    ['an unknown layer', { layers: [{ kind: 'tree' } as unknown as HeadLayer] }, /"tree"/],
    [
      'a map too small',
      {
        inputShape: [1, 2, 2],
        layers: [{ kind: 'conv2d', name: 'k', inChannels: 1, outChannels: 1, kernelSize: 3, stride: 1, padding: 0 }],
      },
      /at least 3 by 3/,
    ],
    [
      'a token beyond the last',
      { inputShape: [3, 4], layers: [{ kind: 'take-token', index: 3 }] },
      /more than 3 tokens/,
    ],
    ['a negative token', { inputShape: [3, 4], layers: [{ kind: 'take-token', index: -1 }] }, /index.*-1/],
    ['a mix of three pools', { inputShape: [3, 1, 1, 1], layers: [{ kind: 'pool-mix', name: 'p' }] }, /\[2, channels/],
  ] satisfies [string, Partial<HeadSpecification>, RegExp][])('names %s', ([, change, message]) => {
    expect(() => validateHead({ ...whole, ...change })).toThrow(InvalidModelError);
    expect(() => validateHead({ ...whole, ...change })).toThrow(message);
  });
});
