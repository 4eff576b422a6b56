// Concatenation.

import { fixedSize, fixedValue, naturalOrder, type Size } from '@ztw/program';
import { transposeFloats } from '../float-array.ts';
import type { GraphValue } from '../graph-value.ts';
import { asFloats, type NodeReader, type OperatorTable, type OperatorTranslation } from '../node-reader.ts';
import { axisAttribute } from './axes.ts';
import { shapeOf } from './shapes.ts';

const translateConcat: OperatorTranslation = (node) => {
  const { writer, store, hint, proto } = node;
  const inputs = proto.input.map((_name, position) => node.input(position));
  const rank = inputs[0]?.shape.length ?? 0;
  const axis = axisAttribute(node, 1, rank);
  if (inputs.every((input) => input.kind === 'integers')) {
    const values = inputs.flatMap((input) => input.values);
    return { kind: 'integers', shape: [values.length], values };
  }
  const shapes = inputs.map(shapeOf);
  const shape = (shapes[0] ?? []).map((size, position) => (position === axis ? total(node, shapes, axis) : size));
  const columns = rank === 2 && axis === 1 ? joinedColumns(node, inputs) : null;
  const order = inputs.find((input) => input.kind === 'tensor')?.order ?? naturalOrder(rank);
  const names = inputs.map((input, position) => {
    if (input.kind === 'tensor') return columns === null ? writer.inOrder(input, order).name : input.name;
    const values = asFloats(input) ?? node.refuse(`input ${position} depends on the number of rows`);
    return store(`${hint}/constant`, transposeFloats(values, order));
  });
  const joined = writer.addValue({ operator: 'concat', inputs: names, axis: order.indexOf(axis) }, hint, shape, order);
  return { ...joined, columns };
};

function total(node: NodeReader, shapes: readonly (readonly Size[])[], axis: number): Size {
  const sizes = shapes.map((shape) => shape[axis] ?? node.refuse('the shapes of its inputs do not fit'));
  return {
    fixed: sizes.reduce((sum, { fixed }) => sum + fixed, 0),
    perRow: sizes.reduce((sum, { perRow }) => sum + perRow, 0),
  };
}

/** Column order of the concatenation, from the column orders of its inputs; null where it equals the graph's. */
function joinedColumns(node: NodeReader, inputs: readonly GraphValue[]): readonly number[] | null {
  if (!inputs.some((input) => input.kind === 'tensor' && input.columns !== null)) return null;
  const columns: number[] = [];
  for (const input of inputs) {
    const width = fixedValue(shapeOf(input)[1] ?? fixedSize(0)) ?? node.refuse('its axis must have a fixed length');
    const own = input.kind === 'tensor' && input.columns !== null ? input.columns : naturalOrder(width);
    const offset = columns.length;
    for (const column of own) columns.push(column + offset);
  }
  return columns;
}

export const concatOperators: OperatorTable = { Concat: translateConcat };
