// Heads of every family, by name.

import { InvalidInputError, type RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import { type ConvHeadOptions, convHead } from './conv-head.ts';
import type { HeadOptions } from './head-options.ts';
import { type PoolConvHeadOptions, poolConvHead } from './pool-conv-head.ts';
import { pooledHead } from './pooled-head.ts';
import { swinHead } from './swin-head.ts';
import { type TokenHeadOptions, tokenHead } from './token-head.ts';

/** Names of the families, as in the field `family` of a specification. */
export const headFamilies = ['pooled', 'conv', 'pool-conv', 'token', 'swin'] as const;

export type HeadFamily = (typeof headFamilies)[number];

/**
 * The design of a head, independent of its classes: the options of all families. Each family reads its own options and
 * ignores the others.
 */
export interface HeadDesign
  extends Omit<ConvHeadOptions, keyof HeadOptions>,
    Omit<PoolConvHeadOptions, keyof HeadOptions>,
    Omit<TokenHeadOptions, keyof HeadOptions>,
    Pick<HeadOptions, 'bottleneck'> {
  /** A family by name, or `auto` (the default), which chooses by the features' shape. */
  readonly family?: HeadFamily | 'auto';
}

/** @throws InvalidInputError if the family does not fit the features, or no family does. */
export function buildHead(
  featureShape: RowShape,
  options: HeadDesign & Omit<HeadOptions, 'inputShape'>,
): HeadSpecification {
  const { family = 'auto', ...rest } = options;
  const familyOptions = { ...rest, inputShape: featureShape };
  // Callers in plain JavaScript may name any family.
  if (family !== 'auto' && !headFamilies.some((known) => known === family)) {
    throw new InvalidInputError(`Unknown family of heads "${family}"; expected auto, ${headFamilies.join(', ')}.`, {
      expected: ['auto', ...headFamilies],
      received: family,
      path: 'family',
    });
  }
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
  }
}

/** `auto` pools maps with more positions than this first: a plain conv head on them costs more than it gains. */
const largestConvMap = 32 * 32;

/**
 * The family that `auto` chooses.
 * @throws InvalidInputError if no family reads such features.
 */
export function automaticFamily(featureShape: RowShape): Exclude<HeadFamily, 'swin'> {
  if (featureShape.length === 1 || featureShape.length === 2) return 'token';
  if (featureShape.length === 3) {
    const positions = (featureShape[1] as number) * (featureShape[2] as number);
    if (positions === 1) return 'pooled';
    return positions <= largestConvMap ? 'conv' : 'pool-conv';
  }
  throw new InvalidInputError(
    `No family of heads reads features [${featureShape.join(', ')}]; expected [channels, height, width], [tokens, width] or [width].`,
    { expected: '[channels, height, width], [tokens, width] or [width]', received: featureShape, path: 'featureShape' },
  );
}
