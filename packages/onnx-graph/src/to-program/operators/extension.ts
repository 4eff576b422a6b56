// Operators that enlarge tensors: padding and repetition.

import { fixedSize, fixedValue, fixedValues, naturalOrder, programShape, type Size } from '@ztw/program';
import { intsAttributeOf, stringAttributeOf } from '../../model/attributes.ts';
import { combineFloats, floats } from '../float-array.ts';
import { asFloats, type OperatorTable, type OperatorTranslation } from '../node-reader.ts';
import { axisOf } from './axes.ts';
import { broadcastSizes, padSizes } from './broadcast.ts';
import { shapeOf } from './shapes.ts';
import { lengthOf } from './window.ts';

const translatePad: OperatorTranslation = (node) => {
  const { writer, hint, proto } = node;
  const given = node.tensor(0);
  const input = given.columns === null ? given : writer.natural(given);
  if (stringAttributeOf(proto, 'mode', 'constant') !== 'constant') node.refuse('only constant padding is supported');
  const amounts = intsAttributeOf(proto, 'pads') ?? node.integers(1) ?? node.refuse('it names no pads');
  const rank = input.shape.length;
  const axes = node.integers(3)?.map((axis) => axisOf(node, axis, rank)) ?? naturalOrder(rank);
  if (amounts.some((amount) => amount < 0)) node.refuse('negative pads are not supported');
  const padsOf = (axis: number): readonly [number, number] => {
    const position = axes.indexOf(axis);
    return position < 0 ? [0, 0] : [amounts[position] ?? 0, amounts[position + axes.length] ?? 0];
  };
  if (amounts.every((amount) => amount === 0)) return input;
  const shape = input.shape.map((size, axis) => {
    const [before, after] = padsOf(axis);
    return before + after === 0 ? size : fixedSize(lengthOf(node, input, axis) + before + after);
  });
  const value = proto.attribute.find(({ name }) => name === 'value')?.f ?? node.floats(2)?.data[0] ?? 0;
  return writer.addValue(
    { operator: 'pad', input: input.name, pads: input.order.map(padsOf), value },
    hint,
    shape,
    input.order,
  );
};

const translateExpand: OperatorTranslation = (node) => {
  const { writer, hint } = node;
  const input = node.input(0);
  const target = node.input(1);
  if (target.kind !== 'integers') return node.refuse('its target shape must be known');
  const shape = broadcastSizes(shapeOf(input), target.values) ?? node.refuse('its target shape does not fit');
  const fixed = fixedValues(shape);
  const known = input.kind === 'tensor' ? null : asFloats(input);
  if (known !== null && fixed !== null) {
    const zeros = floats(fixed, new Float32Array(fixed.reduce((product, size) => product * size, 1)));
    return combineFloats(known, zeros, (value) => value) ?? node.refuse('its target shape does not fit');
  }
  const stored = writer.natural(node.stored(0));
  const padded = padSizes(stored.shape, shape.length);
  const source = padded.length === stored.shape.length ? stored : writer.reshape(stored, padded, `${hint}/padded`);
  const repeats = shape.map((size, axis) => (fixedValue(padded[axis] as Size) === 1 ? size : fixedSize(1)));
  if (fixedValues(repeats)?.every((count) => count === 1)) return source;
  return writer.addValue({ operator: 'tile', input: source.name, repeats: programShape(repeats, hint) }, hint, shape);
};

export const extensionOperators: OperatorTable = { Pad: translatePad, Expand: translateExpand };
