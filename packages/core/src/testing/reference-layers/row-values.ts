import type { HeadParameters, RowShape } from '../../contract/head.ts';
import { InvalidInputError, InvalidModelError } from '../../errors/errors.ts';

/** Dense rows between two layers of the reference executor: `data` is `[rows, ...shape]`, row-major. */
export interface RowValues {
  readonly rows: number;
  /** Shape of one row. */
  readonly shape: RowShape;
  readonly data: Float32Array;
}

/** Number of elements of one row. */
export function elementCount(shape: RowShape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Values of one named parameter.
 * @throws InvalidModelError where it is missing or does not hold the number of values that `shape` asks for.
 */
export function parameterValues(parameters: HeadParameters, name: string, shape: readonly number[]): Float32Array {
  const parameter = parameters[name];
  if (parameter === undefined) {
    throw new InvalidModelError(
      `Expected a parameter "${name}" of shape [${shape}], found only: ${Object.keys(parameters).join(', ') || 'none'}.`,
    );
  }
  if (parameter.data.length !== elementCount(shape)) {
    throw new InvalidModelError(
      `Expected ${elementCount(shape)} values in the parameter "${name}" of shape [${shape}], received ${parameter.data.length}.`,
    );
  }
  return parameter.data;
}

/**
 * The shape as a tuple of `rank` sizes.
 * @throws InvalidInputError for a shape of another rank.
 */
export function shapeOfRank(shape: RowShape, rank: 1, layer: string): readonly [number];
export function shapeOfRank(shape: RowShape, rank: 2, layer: string): readonly [number, number];
export function shapeOfRank(shape: RowShape, rank: 3, layer: string): readonly [number, number, number];
export function shapeOfRank(shape: RowShape, rank: 4, layer: string): readonly [number, number, number, number];
export function shapeOfRank(shape: RowShape, rank: number, layer: string): readonly number[] {
  if (shape.length !== rank) {
    throw new InvalidInputError(`Expected row values of rank ${rank} at the layer "${layer}", received [${shape}].`);
  }
  return shape;
}
