import { InvalidInputError, type RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import { type ConvHeadOptions, convHead } from './conv-head.ts';
import { type PoolConvHeadOptions, poolConvHead } from './pool-conv-head.ts';
import { pooledHead } from './pooled-head.ts';
import { swinHead } from './swin-head.ts';
import { type TokenHeadOptions, tokenHead } from './token-head.ts';

/** Names of the families, as they stand in a head's specification. */
export const headFamilies = ['pooled', 'conv', 'pool-conv', 'token', 'swin'] as const;

export type HeadFamily = (typeof headFamilies)[number];

/** Options of all families at once; each family reads its own and ignores the others. */
export interface HeadForOptions
  extends Omit<ConvHeadOptions, 'inputShape'>,
    Omit<PoolConvHeadOptions, 'inputShape'>,
    Omit<TokenHeadOptions, 'inputShape'> {
  /** A family by name, or `auto` (the default): by the features' shape. */
  readonly family?: HeadFamily | 'auto';
}

/** Maps with more positions than this get a first pool from `auto`: a conv head on them costs more than it gains. */
const largestConvMap = 32 * 32;

/**
 * A head for the features at one cut. Where two tensors cross the cut (inside a residual block), the head reads the
 * first only, and `featureShape` is that one's.
 *
 * `auto` takes `[channels, height, width]` for maps: `pooled` for 1x1, `conv` up to 32x32 positions, `pool-conv` above;
 * `[tokens, width]` and `[width]` get `token`. Channels-last features look like channels-first ones: ask for `swin` by name.
 * @throws InvalidInputError where the family does not fit the features, or no family does.
 */
export function headFor(featureShape: RowShape, options: HeadForOptions): HeadSpecification {
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

function automaticFamily(featureShape: RowShape): HeadFamily {
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
