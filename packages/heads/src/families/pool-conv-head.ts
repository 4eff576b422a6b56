import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { headShapes } from '../shapes/head-shapes.ts';
import { assembleHead, type MapSize, poolAndFlatten, requireFeatures, sidesOf } from './assemble-head.ts';
import { type ConvHeadOptions, convolutions } from './conv-head.ts';
import { evenPoolSize } from './even-pool-size.ts';

export interface PoolConvHeadOptions extends ConvHeadOptions {
  /**
   * Height and width that larger maps are pooled to before the convolutions. Default: 8, or near it, so that the
   * windows are all of one size (28x28 and 14x14 become 7x7).
   */
  readonly reducedSize?: MapSize;
}

/** Height and width that maps are brought near to unless told otherwise. */
const defaultReducedSize = 8;

/**
 * A conv head behind a first mixed pool, for large maps `[channels, height, width]`: relu, mixed pool to 8x8,
 * convolutions, mixed pool, one dense layer. Its cost and its cached features do not grow with the map.
 * A side of the map that is not larger than the reduced size keeps its size.
 * @throws InvalidInputError where the options do not fit.
 */
export function poolConvHead(options: PoolConvHeadOptions): HeadSpecification {
  const { inputShape, reducedSize } = options;
  requireFeatures('pool-conv', options, [3], '[channels, height, width]');
  const [channels, height, width] = inputShape as readonly [number, number, number];
  const wanted = reducedSize === undefined ? null : sidesOf('the reduced size', reducedSize);
  const outputSize =
    wanted === null
      ? ([evenPoolSize(height, defaultReducedSize), evenPoolSize(width, defaultReducedSize)] as const)
      : ([Math.min(height, wanted[0]), Math.min(width, wanted[1])] as const);
  const isSmaller = outputSize[0] < height || outputSize[1] < width;
  const layers: readonly HeadLayer[] = [
    { kind: 'relu' },
    ...(isSmaller ? [{ kind: 'mixed-pool', name: 'reduce', outputSize } as const] : []),
    ...convolutions(options, [channels, ...outputSize]),
  ];
  const mapShape = headShapes({ inputShape, layers }).at(-1) ?? inputShape;
  return assembleHead('pool-conv', options, [...layers, ...poolAndFlatten(options.poolSize, mapShape)]);
}
