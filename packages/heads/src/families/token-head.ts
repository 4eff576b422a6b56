import { InvalidInputError, type RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { assembleHead, requireFeatures, requireInteger } from './assemble-head.ts';
import type { HeadOptions } from './head-options.ts';

export interface DenseLayersOptions {
  /** Number of dense layers, the last one included. Default 1. */
  readonly layers?: number;
  /** Width of the hidden layers. Default: that of the features. */
  readonly hiddenSize?: number;
}

export interface TokenHeadOptions extends HeadOptions, DenseLayersOptions {
  /** Which token is read, by index, or the mean of all. Default 0, where ViT and BERT keep their class token. */
  readonly token?: number | 'mean';
}

/**
 * A head for token features `[tokens, width]`, or for a plain vector `[width]`: one token or the mean of all, then
 * dense layers with GELU between.
 * @throws InvalidInputError where the options do not fit.
 */
export function tokenHead(options: TokenHeadOptions): HeadSpecification {
  requireFeatures('token', options, [1, 2], '[tokens, width] or [width]');
  const width = options.inputShape.at(-1) as number;
  return assembleHead('token', options, readToken(options.inputShape, options.token ?? 0), hiddenSizes(options, width));
}

/**
 * Widths of the hidden dense layers.
 * @throws InvalidInputError for a number of layers or a width below 1.
 */
export function hiddenSizes(options: DenseLayersOptions, width: number): readonly number[] {
  const { layers = 1, hiddenSize = width } = options;
  requireInteger('the number of layers', layers, 1);
  requireInteger('the hidden size', hiddenSize, 1);
  return new Array<number>(layers - 1).fill(hiddenSize);
}

function readToken(inputShape: RowShape, token: number | 'mean'): readonly HeadLayer[] {
  if (inputShape.length === 1) return [];
  if (token === 'mean') return [{ kind: 'mean-tokens' }];
  const tokens = inputShape[0] as number;
  if (!Number.isSafeInteger(token) || token < 0 || token >= tokens) {
    throw new InvalidInputError(`Expected a token from 0 to ${tokens - 1}, or 'mean'; received ${token}.`, {
      expected: `0 to ${tokens - 1}, or 'mean'`,
      received: token,
      path: 'token',
    });
  }
  return [{ kind: 'take-token', index: token }];
}
