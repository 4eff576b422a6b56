import type { RowShape } from '@ztw/core';
import type { HeadCost, HeadSpecification } from '../head.ts';
import { buildHead, type HeadDesign } from './build-head.ts';
import { designsWithCosts, firstWithin, isOpenDesign } from './designs-with-costs.ts';
import type { HeadOptions } from './head-options.ts';

export interface HeadForOptions extends HeadDesign, Omit<HeadOptions, 'inputShape' | 'bottleneck'> {
  /**
   * Bounds on the cost of the head. They apply only if the design is open: no family by name and no option of a family.
   * Default: no bounds. `designHeads` bounds the heads of several cuts together.
   */
  readonly bounds?: HeadCost;
}

/**
 * A head for the features at one cut. If two tensors cross the cut (inside a residual block), the head reads the first
 * one only, and `featureShape` is its shape.
 *
 * `auto` reads `[channels, height, width]` as maps: `pooled` for 1x1, `conv` up to 32x32 positions, `pool-conv` above;
 * `token` for `[tokens, width]` and `[width]`. Channels-last features cannot be told from channels-first ones: choose
 * `swin` by name.
 * With bounds it takes the first of `headDesigns` within them, or else the one that exceeds them least.
 * @throws InvalidInputError if the family does not fit the features, or no family does.
 */
export function headFor(featureShape: RowShape, options: HeadForOptions): HeadSpecification {
  const { bounds, ...rest } = options;
  if (bounds === undefined || !isOpenDesign(rest)) return buildHead(featureShape, rest);
  const { classes, cascade } = rest;
  const design = firstWithin(designsWithCosts(featureShape, { classes, cascade }), bounds)?.design;
  return buildHead(featureShape, { ...rest, ...design });
}
