import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { executeHead, executeLayers } from '../execute/execute-head.ts';
import { convHead } from '../families/conv-head.ts';
import { type HeadForOptions, headFor } from '../families/head-for.ts';
import { poolConvHead } from '../families/pool-conv-head.ts';
import { pooledHead } from '../families/pooled-head.ts';
import { swinHead } from '../families/swin-head.ts';
import { tokenHead } from '../families/token-head.ts';
import type { HeadSpecification } from '../head.ts';
import { initialiseHead } from '../initialise/initialise-head.ts';
import { seededRandom } from '../initialise/seeded-random.ts';
import { headMacs } from '../shapes/head-macs.ts';
import { parameterShapes } from '../shapes/head-parameters.ts';
import { splitPrefix } from './split-prefix.ts';

const map = { inputShape: [4, 16, 16], classes: 3, cascade: true } as const;
const kinds = (specification: HeadSpecification) => {
  const { prefix, cachedShape, trained } = splitPrefix(specification);
  return {
    prefix: prefix.map((layer) => layer.kind),
    cachedShape,
    trained: trained.layers.map((layer) => layer.kind),
  };
};

describe('splitPrefix', () => {
  test('pooled heads cache both pools', () => {
    expect(kinds(pooledHead(map))).toEqual({
      prefix: ['adaptive-pools'],
      cachedShape: [2, 4, 4, 4],
      trained: ['pool-mix', 'flatten', 'cascade', 'dense'],
    });
  });

  test('pool-conv heads cache both pools of the first pool', () => {
    expect(kinds(poolConvHead({ ...map, inputShape: [4, 32, 32] }))).toEqual({
      prefix: ['relu', 'adaptive-pools'],
      cachedShape: [2, 4, 8, 8],
      trained: ['pool-mix', 'conv2d', 'mixed-pool', 'flatten', 'cascade', 'dense'],
    });
  });

  test('pools that would make the cache larger stay whole', () => {
    expect(kinds(pooledHead({ ...map, inputShape: [4, 5, 5] }))).toEqual({
      prefix: [],
      cachedShape: [4, 5, 5],
      trained: ['mixed-pool', 'flatten', 'cascade', 'dense'],
    });
  });

  test('conv heads cache what passed the relu', () => {
    expect(kinds(convHead(map)).prefix).toEqual(['relu']);
  });

  test('token and swin heads cache one vector or its pools', () => {
    expect(kinds(tokenHead({ ...map, inputShape: [5, 8] })).cachedShape).toEqual([8]);
    expect(kinds(tokenHead({ ...map, inputShape: [5, 8], token: 'mean' })).cachedShape).toEqual([8]);
    expect(kinds(swinHead({ ...map, inputShape: [7, 7, 8] }))).toEqual({
      prefix: ['channels-first', 'adaptive-pools'],
      cachedShape: [2, 8, 1, 1],
      trained: ['pool-mix', 'flatten', 'cascade', 'dense'],
    });
  });

  test('prefix, then the trained head, equals the whole head', () => {
    const side = fc.integer({ min: 1, max: 12 });
    const shapes = fc.oneof(fc.tuple(fc.integer({ min: 1, max: 4 }), side, side), fc.tuple(side, side), fc.tuple(side));
    const options: fc.Arbitrary<HeadForOptions> = fc.record({
      classes: fc.integer({ min: 1, max: 4 }),
      cascade: fc.boolean(),
      layerNorm: fc.boolean(),
      layers: fc.integer({ min: 1, max: 3 }),
      reducedSize: fc.integer({ min: 1, max: 6 }),
      bottleneck: fc.integer({ min: 1, max: 3 }),
    });
    const family = fc.constantFrom('pooled', 'conv', 'pool-conv', 'swin', 'auto');
    fc.assert(
      fc.property(
        shapes,
        options,
        family,
        fc.integer({ min: 0, max: 3 }),
        fc.nat(),
        (shape, common, name, rows, seed) => {
          const specification = headFor(shape, { ...common, family: shape.length === 3 ? (name as 'auto') : 'auto' });
          const whole = initialiseHead(specification, seed);
          const random = seededRandom(seed);
          const draw = (length: number) => Float32Array.from({ length }, () => 4 * random() - 2);
          const features = draw(rows * shape.reduce((product, size) => product * size, 1));
          const previousLogits = common.cascade ? draw(rows * common.classes) : null;

          const { prefix, cachedShape, trained } = splitPrefix(specification);
          const cached = executeLayers(prefix, {}, features, shape, rows, null);
          expect(cached.length).toBe(rows * cachedShape.reduce((product, size) => product * size, 1));
          expect(parameterShapes(trained)).toEqual(parameterShapes(specification));
          expect(headMacs(trained)).toBe(headMacs(specification));
          // The same operations in the same order, so bit for bit.
          expect(executeHead({ ...whole, specification: trained }, cached, rows, previousLogits)).toEqual(
            executeHead(whole, features, rows, previousLogits),
          );
        },
      ),
    );
  });
});
