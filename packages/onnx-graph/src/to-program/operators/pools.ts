import { fixedSize, naturalOrder, type Size, storedAxis, type TensorValue } from '@ztw/program';
import { intAttributeOf, intsAttributeOf } from '../../model/attributes.ts';
import type { NodeReader, OperatorTable, OperatorTranslation } from '../node-reader.ts';
import { imageOrder, windowOf } from './window.ts';

const translateMaxPool: OperatorTranslation = (node) => {
  if (node.proto.output.length > 1 && node.proto.output[1] !== '') node.refuse('indices of maxima are not supported');
  return translatePool(node, 'max-pool');
};

function translatePool(node: NodeReader, operator: 'max-pool' | 'average-pool'): TensorValue {
  const { writer, hint, proto } = node;
  const input = node.tensor(0);
  const [height = 1, width = 1] = intsAttributeOf(proto, 'kernel_shape') ?? [];
  const window = windowOf(node, input, [height, width]);
  if (window.dilations.some((dilation) => dilation !== 1)) node.refuse('dilated pools are not supported');
  let image = writer.inOrder(input, imageOrder);
  let { pads } = window;
  const countsPadding = operator === 'average-pool' && intAttributeOf(proto, 'count_include_pad', 0) === 1;
  if (countsPadding && pads.some((pad) => pad > 0)) {
    if (intAttributeOf(proto, 'ceil_mode', 0) === 1) node.refuse('count_include_pad with ceil_mode is not supported');
    image = addZeros(node, image, pads);
    pads = [0, 0, 0, 0];
  }
  const shape = [input.shape[0] as Size, input.shape[1] as Size, ...window.outputSize.map(fixedSize)];
  const { size, strides } = window;
  return writer.addValue({ operator, input: image.name, size, strides, pads }, hint, shape, imageOrder);
}

function addZeros(
  { writer, hint }: NodeReader,
  image: TensorValue,
  [top, bottom, left, right]: readonly [number, number, number, number],
): TensorValue {
  const pads = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as const;
  const [rows, channels, height, width] = image.shape as readonly [Size, Size, Size, Size];
  const padded = [rows, channels, fixedSize(height.fixed + top + bottom), fixedSize(width.fixed + left + right)];
  return writer.addValue({ operator: 'pad', input: image.name, pads, value: 0 }, `${hint}/padded`, padded, imageOrder);
}

function translateGlobalPool(node: NodeReader, reduction: 'mean' | 'maximum'): TensorValue {
  const input = node.tensor(0);
  const positions = naturalOrder(input.shape.length).slice(2);
  return reduceAxes(node, input, reduction, positions, true);
}

/** Reduces axes of the graph in any memory order. */
export function reduceAxes(
  { writer, hint }: NodeReader,
  input: TensorValue,
  reduction: 'mean' | 'sum' | 'maximum' | 'minimum',
  axes: readonly number[],
  keepAxes: boolean,
): TensorValue {
  const value = input.columns === null ? input : writer.natural(input);
  const step = {
    operator: 'reduce' as const,
    function: reduction,
    input: value.name,
    axes: axes.map((axis) => storedAxis(value, axis)).sort((left, right) => left - right),
    keepAxes,
  };
  if (keepAxes) {
    const shape = value.shape.map((size, axis) => (axes.includes(axis) ? fixedSize(1) : size));
    return writer.addValue(step, hint, shape, value.order);
  }
  const kept = naturalOrder(value.shape.length).filter((axis) => !axes.includes(axis));
  const order = value.order.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis));
  const shape = kept.map((axis) => value.shape[axis] as Size);
  return writer.addValue(step, hint, shape, order);
}

export const poolOperators: OperatorTable = {
  MaxPool: translateMaxPool,
  AveragePool: (node) => translatePool(node, 'average-pool'),
  GlobalAveragePool: (node) => translateGlobalPool(node, 'mean'),
  GlobalMaxPool: (node) => translateGlobalPool(node, 'maximum'),
};
