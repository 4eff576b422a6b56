import type { HeadSpecification } from '../head.ts';
import { assembleHead, type MapSize, poolAndFlatten, requireFeatures } from './assemble-head.ts';
import type { HeadOptions } from './head-options.ts';

export interface PooledHeadOptions extends HeadOptions {
  /** Height and width of the pooled map. Default: 4 or near it; a smaller map keeps its size. */
  readonly poolSize?: MapSize;
}

/**
 * The cheapest head for maps `[channels, height, width]`: mixed pool, then one dense layer.
 * Source: Kaya et al., Shallow-Deep Networks, section 4 (feature reduction by mixed pooling).
 * @throws InvalidInputError if the options do not fit.
 */
export function pooledHead(options: PooledHeadOptions): HeadSpecification {
  requireFeatures('pooled', options, [3], '[channels, height, width]');
  return assembleHead('pooled', options, poolAndFlatten(options.poolSize, options.inputShape));
}
