import * as v from 'valibot';
import { poolTwice } from './adaptive-pools.ts';
import { mapSize, text } from './fields.ts';
import { mixingWeight } from './initial-values.ts';
import type { LayerDefinition } from './layer-definition.ts';
import { mix, writeMix } from './pool-mix.ts';
import { sizesOf } from './shape-checks.ts';

/**
 * `alpha * adaptiveMax(x) + (1 - alpha) * adaptiveAverage(x)`, alpha learned and unconstrained.
 * Window `i` of `n` over `size`: `floor(i * size / n)` to `ceil((i + 1) * size / n)`.
 * Parameters: `${name}.alpha` `[1]`.
 */
export interface MixedPoolLayer {
  readonly kind: 'mixed-pool';
  readonly name: string;
  /** `[height, width]` of the output. */
  readonly outputSize: readonly [number, number];
}

export const mixedPool: LayerDefinition<MixedPoolLayer> = {
  fields: { kind: v.literal('mixed-pool'), name: text, outputSize: mapSize },
  outputShape(layer, shape) {
    const [channels] = sizesOf(layer, shape, 3, '[channels, height, width]');
    return [channels, ...layer.outputSize];
  },
  parameters: () => ({ alpha: mixingWeight }),
  execute: ({ outputSize }, input, { outputShape, parameter }) =>
    mix(poolTwice(outputSize, input), input.rows, outputShape, parameter('alpha')),
  write(layer, value, writing) {
    const pools = writing.writer.adaptivePools(value, layer.outputSize);
    // Each window holds one value, so the maximum and the average equal it for every alpha.
    return pools.maximum === value && pools.average === value ? value : writeMix(layer.name, pools, writing);
  },
};
