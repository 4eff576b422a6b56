import type { HeadSpecification } from '../head.ts';
import { assembleHead, requireFeatures } from './assemble-head.ts';
import type { HeadOptions } from './head-options.ts';
import { type DenseLayersOptions, hiddenSizes } from './token-head.ts';

export interface SwinHeadOptions extends HeadOptions, DenseLayersOptions {}

/**
 * A head for Swin-like features `[height, width, channels]`: mixed pool over all positions, then dense layers with
 * GELU between them.
 * @throws InvalidInputError if the options do not fit.
 */
export function swinHead(options: SwinHeadOptions): HeadSpecification {
  requireFeatures('swin', options, [3], '[height, width, channels]');
  const channels = options.inputShape[2] as number;
  return assembleHead(
    'swin',
    options,
    [{ kind: 'channels-first' }, { kind: 'mixed-pool', name: 'pool', outputSize: [1, 1] }, { kind: 'flatten' }],
    hiddenSizes(options, channels),
  );
}
