import { InvalidModelError, type RowShape } from '@ztw/core';

interface AnyLayer {
  readonly kind: string;
  readonly name?: string;
}

/**
 * The sizes of a row of a certain rank.
 * @param expected The shape that the layer takes, for the message.
 * @throws InvalidModelError for a row of another rank.
 */
export function sizesOf(layer: AnyLayer, shape: RowShape, rank: 1, expected: string): readonly [number];
export function sizesOf(layer: AnyLayer, shape: RowShape, rank: 2, expected: string): readonly [number, number];
export function sizesOf(layer: AnyLayer, shape: RowShape, rank: 3, expected: string): readonly [number, number, number];
export function sizesOf(
  layer: AnyLayer,
  shape: RowShape,
  rank: 4,
  expected: string,
): readonly [number, number, number, number];
export function sizesOf(layer: AnyLayer, shape: RowShape, rank: number, expected: string): readonly number[] {
  if (shape.length !== rank) throw misfit(layer, shape, expected);
  return shape;
}

/** The error for rows that a layer does not take. */
export function misfit(layer: AnyLayer, shape: RowShape, expected: string): InvalidModelError {
  const name = layer.name === undefined ? layer.kind : `${layer.kind} "${layer.name}"`;
  return new InvalidModelError(`The layer ${name} expects ${expected}, but gets rows of shape [${shape.join(', ')}].`);
}
