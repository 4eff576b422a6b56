import type { RowShape } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { parameterCount } from '../shapes/head-parameters.ts';
import { headShapes } from '../shapes/head-shapes.ts';
import { hasCascade } from '../shapes/previous-logits.ts';

/** A head in two parts. Running one after the other equals running the whole head. */
export interface SplitHead {
  /** The parameter-free layers at the start, applied once before features are cached. */
  readonly prefix: readonly HeadLayer[];
  /** Row shape of the cached features: the input of `trained`. */
  readonly cachedShape: RowShape;
  /** The remaining layers. Their parameters have the same names and shapes as in the whole head. */
  readonly trained: HeadSpecification;
}

/**
 * Splits a head after its parameter-free prefix.
 * A mixed pool directly after the prefix is split too: both adaptive pools join the prefix, and the mix by the learned
 * alpha is trained. If the two pooled maps together are larger than their input, the pool is not split.
 * @throws InvalidModelError if the layers do not fit together.
 */
export function splitPrefix(specification: HeadSpecification): SplitHead {
  const { layers, inputShape } = specification;
  const firstLearned = layers.findIndex((layer) => !belongsToPrefix(layer));
  const prefixLength = firstLearned < 0 ? layers.length : firstLearned;
  const prefix = layers.slice(0, prefixLength);
  const rest = layers.slice(prefixLength);
  const shape = headShapes({ inputShape, layers: prefix }).at(-1) ?? inputShape;

  const [pool, ...afterPool] = rest;
  if (pool?.kind === 'mixed-pool') {
    const pools: HeadLayer = { kind: 'adaptive-pools', outputSize: pool.outputSize };
    const [pooledShape = shape] = headShapes({ inputShape: shape, layers: [pools] });
    if (rowSize(pooledShape) <= rowSize(shape)) {
      const mix: HeadLayer = { kind: 'pool-mix', name: pool.name };
      return split(specification, [...prefix, pools], pooledShape, [mix, ...afterPool]);
    }
  }
  return split(specification, prefix, shape, rest);
}

function split(
  specification: HeadSpecification,
  prefix: readonly HeadLayer[],
  cachedShape: RowShape,
  layers: readonly HeadLayer[],
): SplitHead {
  return { prefix, cachedShape, trained: { ...specification, inputShape: cachedShape, layers } };
}

/** A cascade without layer norm has no parameters either, but the previous logits are not part of the features. */
function belongsToPrefix(layer: HeadLayer): boolean {
  return parameterCount({ layers: [layer] }) === 0 && !hasCascade({ layers: [layer] });
}
