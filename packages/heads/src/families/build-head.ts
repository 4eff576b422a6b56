// Heads of all families by name.

import { InvalidInputError, type RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import { type ConvHeadOptions, convHead } from './conv-head.ts';
import type { HeadOptions } from './head-options.ts';
import { type PoolConvHeadOptions, poolConvHead } from './pool-conv-head.ts';
import { pooledHead } from './pooled-head.ts';
import { swinHead } from './swin-head.ts';
import { type TokenHeadOptions, tokenHead } from './token-head.ts';

/** Names of the families, as they stand in a head's specification. */
export const headFamilies = ['pooled', 'conv', 'pool-conv', 'token', 'swin'] as const;

export type HeadFamily = (typeof headFamilies)[number];

/**
 * How a head looks, whatever its classes are: options of all families at once; each family reads its own and ignores
 * the others.
 */
export interface HeadDesign
  extends Omit<ConvHeadOptions, keyof HeadOptions>,
    Omit<PoolConvHeadOptions, keyof HeadOptions>,
    Omit<TokenHeadOptions, keyof HeadOptions>,
    Pick<HeadOptions, 'bottleneck'> {
  /** A family by name, or `auto` (the default): by the features' shape. */
  readonly family?: HeadFamily | 'auto';
}

/** @throws InvalidInputError where the family does not fit the features, or no family does. */
export function buildHead(
  featureShape: RowShape,
  options: HeadDesign & Omit<HeadOptions, 'inputShape'>,
): HeadSpecification {
  const { family = 'auto', ...rest } = options;
  const familyOptions = { ...rest, inputShape: featureShape };
  switch (family === 'auto' ? automaticFamily(featureShape) : family) {
    case 'pooled':
      return pooledHead(familyOptions);
    case 'conv':
      return convHead(familyOptions);
    case 'pool-conv':
      return poolConvHead(familyOptions);
    case 'token':
      return tokenHead(familyOptions);
    case 'swin':
      return swinHead(familyOptions);
    default:
      throw new InvalidInputError(`Unknown family of heads "${family}"; expected auto, ${headFamilies.join(', ')}.`);
  }
}

/** Maps with more positions than this get a first pool from `auto`: a conv head on them costs more than it gains. */
const largestConvMap = 32 * 32;

/**
 * The family that `auto` stands for.
 * @throws InvalidInputError for features that no family reads.
 */
export function automaticFamily(featureShape: RowShape): Exclude<HeadFamily, 'swin'> {
  if (featureShape.length === 1 || featureShape.length === 2) return 'token';
  if (featureShape.length === 3) {
    const positions = (featureShape[1] as number) * (featureShape[2] as number);
    if (positions === 1) return 'pooled';
    return positions <= largestConvMap ? 'conv' : 'pool-conv';
  }
  throw new InvalidInputError(
    `No family of heads reads features [${featureShape.join(', ')}]: expected [channels, height, width], [tokens, width] or [width].`,
  );
}
