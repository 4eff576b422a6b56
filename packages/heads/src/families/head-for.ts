import type { RowShape } from '@ztw/core';
import type { HeadCost, HeadSpecification } from '../head.ts';
import { buildHead, type HeadDesign } from './build-head.ts';
import { designsWithCosts, firstWithin, isOpenDesign } from './designs-with-costs.ts';
import type { HeadOptions } from './head-options.ts';

export interface HeadForOptions extends HeadDesign, Omit<HeadOptions, 'inputShape' | 'bottleneck'> {
  /**
   * What the head may cost at most; read where the design is left open: no family by name and none of its options.
   * Default: no bound.
   * Heads of several cuts share a network: `designHeads` bounds them together.
   */
  readonly bounds?: HeadCost;
}

/**
 * A head for the features at one cut. Where two tensors cross the cut (inside a residual block), the head reads the
 * first only, and `featureShape` is that one's.
 *
 * `auto` takes `[channels, height, width]` for maps: `pooled` for 1x1, `conv` up to 32x32 positions, `pool-conv` above;
 * `[tokens, width]` and `[width]` get `token`. Channels-last features look like channels-first ones: ask for `swin` by
 * name.
 * Within bounds it takes the first of `headDesigns` that keeps them, and where none does, the one that exceeds them the
 * least.
 * @throws InvalidInputError where the family does not fit the features, or no family does.
 */
export function headFor(featureShape: RowShape, options: HeadForOptions): HeadSpecification {
  const { bounds, ...rest } = options;
  if (bounds === undefined || !isOpenDesign(rest)) return buildHead(featureShape, rest);
  const { classes, cascade } = rest;
  const design = firstWithin(designsWithCosts(featureShape, { classes, cascade }), bounds)?.design;
  return buildHead(featureShape, { ...rest, ...design });
}
