import { InvalidInputError, type RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { headShapes } from '../shapes/head-shapes.ts';
import { validateHead } from '../shapes/validate-head.ts';
import { evenPoolSize } from './even-pool-size.ts';
import type { HeadOptions } from './head-options.ts';

/** PyTorch's default for layer norms. */
const layerNormEpsilon = 1e-5;

/**
 * Puts the end that all families share behind a family's own layers: hidden dense layers with GELU between, the
 * cascade, and the last dense layer. The previous logits enter before the last layer only, or before a bottleneck and
 * the last layer.
 * @param features Layers that end in a vector of features.
 * @param hiddenSizes Widths of the hidden dense layers.
 */
export function assembleHead(
  family: string,
  options: HeadOptions,
  features: readonly HeadLayer[],
  hiddenSizes: readonly number[] = [],
): HeadSpecification {
  const { inputShape, classes, cascade, layerNorm = true, bottleneck } = options;
  if (bottleneck !== undefined) requireInteger('the bottleneck', bottleneck, 1);
  const shape = headShapes({ inputShape, layers: features }).at(-1) ?? inputShape;
  const hidden = hiddenSizes.flatMap((outFeatures, index): HeadLayer[] => [
    { kind: 'dense', name: `hidden${index}`, inFeatures: hiddenSizes[index - 1] ?? (shape[0] as number), outFeatures },
    { kind: 'gelu' },
  ]);
  const width = hiddenSizes.at(-1) ?? (shape[0] as number);
  const recycled: HeadLayer[] = cascade
    ? [{ kind: 'cascade', name: 'cascade', classes, layerNorm, epsilon: layerNormEpsilon }]
    : [];
  const inFeatures = cascade ? width + classes : width;
  const narrowed: HeadLayer[] =
    bottleneck === undefined
      ? []
      : [{ kind: 'dense', name: 'bottleneck', inFeatures, outFeatures: bottleneck }, { kind: 'gelu' }];
  const specification: HeadSpecification = {
    specificationVersion: 'v1',
    family,
    inputShape,
    classes,
    layers: [
      ...features,
      ...hidden,
      ...recycled,
      ...narrowed,
      { kind: 'dense', name: 'classifier', inFeatures: bottleneck ?? inFeatures, outFeatures: classes },
    ],
  };
  validateHead(specification);
  return specification;
}

/** Height and width of a map: one number for both, or each. */
export type MapSize = number | readonly [height: number, width: number];

/** @throws InvalidInputError for a size that no map has. */
export function sidesOf(name: string, size: MapSize): readonly [height: number, width: number] {
  const sides = typeof size === 'number' ? ([size, size] as const) : size;
  for (const side of sides) requireInteger(name, side, 1);
  return sides;
}

/** Height and width that maps are pooled to unless told otherwise: the original's. */
const defaultPoolSize = 4;

/**
 * The mixed pool before the flatten, and the flatten.
 * @param poolSize Size of the pooled map. Undefined: near 4, so that the windows are all of one size.
 * @param mapShape `[channels, height, width]` of the pool's input.
 */
export function poolAndFlatten(poolSize: MapSize | undefined, mapShape: RowShape): readonly HeadLayer[] {
  const [, height, width] = mapShape as readonly [number, number, number];
  const outputSize =
    poolSize === undefined
      ? ([evenPoolSize(height, defaultPoolSize), evenPoolSize(width, defaultPoolSize)] as const)
      : sidesOf('the pool size', poolSize);
  return [{ kind: 'mixed-pool', name: 'pool', outputSize }, { kind: 'flatten' }];
}

/**
 * Checks one number among a family's options.
 * @throws InvalidInputError that names the option and says what it may be.
 */
export function requireInteger(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new InvalidInputError(`Expected an integer ${range} as ${name} of a head, received ${value}.`);
}

/**
 * Checks what all families share, and the rank of the features.
 * @param layout How this family reads the features, for the message.
 * @throws InvalidInputError
 */
export function requireFeatures(family: string, options: HeadOptions, ranks: readonly number[], layout: string): void {
  const { inputShape, classes } = options;
  requireInteger('the number of classes', classes, 1);
  if (!ranks.includes(inputShape.length)) {
    throw new InvalidInputError(
      `A ${family} head reads features ${layout}, but the features at this cut are [${inputShape.join(', ')}]; choose another family or cut.`,
    );
  }
  for (const size of inputShape) requireInteger('a size of the features', size, 1);
}
