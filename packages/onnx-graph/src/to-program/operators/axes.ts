import { intAttributeOf, intsAttributeOf } from '../../model/attributes.ts';
import type { NodeReader } from '../node-reader.ts';

/** An axis counted from the front. */
export function axisOf(node: NodeReader, axis: number, rank: number): number {
  const position = axis < 0 ? axis + rank : axis;
  if (position < 0 || position >= rank) node.refuse(`axis ${axis} does not exist in a tensor of ${rank} axes`);
  return position;
}

/** The attribute `axis`, counted from the front. */
export function axisAttribute(node: NodeReader, fallback: number, rank: number): number {
  return axisOf(node, intAttributeOf(node.proto, 'axis', fallback), rank);
}

/** Axes from an attribute or, in newer opsets, an input; null where absent. Counted from the front, ascending. */
export function axesOf(node: NodeReader, position: number, rank: number): readonly number[] | null {
  const axes = intsAttributeOf(node.proto, 'axes') ?? node.integers(position);
  return axes === null ? null : axes.map((axis) => axisOf(node, axis, rank)).sort((left, right) => left - right);
}
