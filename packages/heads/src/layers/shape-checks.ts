import { InvalidModelError, type RowShape } from '@ztw/core';

interface AnyLayer {
  readonly kind: string;
  readonly name?: string;
}

/**
 * The sizes of a row, checked to have the given rank.
 * @param expected The shape that the layer accepts, for the message.
 * @throws InvalidModelError if the row has another rank.
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

/** The error for rows that a layer does not accept. */
export function misfit(layer: AnyLayer, shape: RowShape, expected: string): InvalidModelError {
  const name = layer.name === undefined ? layer.kind : `${layer.kind} "${layer.name}"`;
  return new InvalidModelError(
    `Expected ${expected} at the layer ${name}; received rows of shape [${shape.join(', ')}].`,
    { expected, received: shape, path: layer.name ?? layer.kind },
  );
}
