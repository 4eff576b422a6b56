import type { RowShape } from '@ztw/core';
import type { HeadCost } from '../head.ts';
import { headMacs } from '../shapes/head-macs.ts';
import { parameterCount } from '../shapes/head-parameters.ts';
import { buildHead, type HeadDesign } from './build-head.ts';
import { type HeadDesignsOptions, headDesigns } from './head-designs.ts';
import type { HeadOptions } from './head-options.ts';

/** A design, and what a head of it costs at one place. */
export interface CostedDesign {
  readonly design: HeadDesign;
  readonly cost: HeadCost;
}

export type CostingOptions = Pick<HeadOptions, 'classes' | 'cascade'>;

/** What a head of a design costs. */
export function costOfDesign(featureShape: RowShape, design: HeadDesign, options: CostingOptions): HeadCost {
  const { classes, cascade } = options;
  const specification = buildHead(featureShape, { ...design, classes, cascade });
  return { macs: headMacs(specification), parameters: parameterCount(specification) };
}

/** Whether the family and all of its options are left open, so that a default may be chosen. */
export function isOpenDesign(design: HeadDesign): boolean {
  const {
    family = 'auto',
    layers,
    padding,
    poolSize,
    channelDivisor,
    reducedSize,
    token,
    hiddenSize,
    bottleneck,
  } = design;
  const own = [layers, padding, poolSize, channelDivisor, reducedSize, token, hiddenSize, bottleneck];
  return family === 'auto' && own.every((option) => option === undefined);
}

/** `headDesigns`, each with its cost. */
export function designsWithCosts(
  featureShape: RowShape,
  { classes, cascade, first = 'auto' }: CostingOptions & HeadDesignsOptions,
): readonly CostedDesign[] {
  return headDesigns(featureShape, { classes, first }).map((design) => ({
    design,
    cost: costOfDesign(featureShape, design, { classes, cascade }),
  }));
}

/** How far a cost lies above bounds: 1 is within. */
export function excess({ macs, parameters }: HeadCost, bounds: HeadCost): number {
  return Math.max(1, macs / bounds.macs, parameters / bounds.parameters);
}

/**
 * The first design within bounds, or the one that exceeds them the least; undefined only where there are no designs.
 */
export function firstWithin(designs: readonly CostedDesign[], bounds: HeadCost): CostedDesign | undefined {
  const excesses = designs.map(({ cost }) => excess(cost, bounds));
  return designs[excesses.indexOf(Math.min(...excesses))];
}
