import { intAttributeOf, intsAttributeOf } from '../../model/attributes.ts';
import type { Lowering, NodeReader } from '../node-reader.ts';
import { fixedSize, type Size } from '../size.ts';
import { channelsLastOrder, naturalOrder, storedAxis, type TensorValue } from '../value.ts';
import { windowOf } from './window.ts';

const imageOrder = channelsLastOrder(4);

export const lowerMaxPool: Lowering = (node) => {
  if (node.proto.output.length > 1 && node.proto.output[1] !== '') node.refuse('indices of maxima are not supported');
  return lowerPool(node, 'max-pool');
};

export const lowerAveragePool: Lowering = (node) => lowerPool(node, 'average-pool');

function lowerPool(node: NodeReader, operator: 'max-pool' | 'average-pool'): TensorValue {
  const { builder, hint, proto } = node;
  const input = node.tensor(0);
  const [height = 1, width = 1] = intsAttributeOf(proto, 'kernel_shape') ?? [];
  const window = windowOf(node, input, [height, width]);
  if (window.dilations.some((dilation) => dilation !== 1)) node.refuse('dilated pools are not supported');
  let image = builder.inOrder(input, imageOrder);
  let { pads } = window;
  const countsPadding = operator === 'average-pool' && intAttributeOf(proto, 'count_include_pad', 0) === 1;
  if (countsPadding && pads.some((pad) => pad > 0)) {
    if (intAttributeOf(proto, 'ceil_mode', 0) === 1)
      node.refuse('padding that counts, with ceil_mode, is not supported');
    image = addZeros(node, image, pads);
    pads = [0, 0, 0, 0];
  }
  const shape = [input.shape[0] as Size, input.shape[1] as Size, ...window.outputSize.map(fixedSize)];
  const { size, strides } = window;
  return builder.add({ operator, input: image.name, size, strides, pads }, hint, shape, imageOrder);
}

function addZeros(
  { builder, hint }: NodeReader,
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
  return builder.add({ operator: 'pad', input: image.name, pads, value: 0 }, `${hint}/padded`, padded, imageOrder);
}

export const lowerGlobalAveragePool: Lowering = (node) => lowerGlobalPool(node, 'mean');
export const lowerGlobalMaxPool: Lowering = (node) => lowerGlobalPool(node, 'maximum');

function lowerGlobalPool(node: NodeReader, reduction: 'mean' | 'maximum'): TensorValue {
  const input = node.tensor(0);
  const positions = naturalOrder(input.shape.length).slice(2);
  return reduceAxes(node, input, reduction, positions, true);
}

/** Reduces axes of the graph, wherever they lie in memory. */
export function reduceAxes(
  { builder, hint }: NodeReader,
  input: TensorValue,
  reduction: 'mean' | 'sum' | 'maximum' | 'minimum',
  axes: readonly number[],
  keepAxes: boolean,
): TensorValue {
  const value = input.columns === null ? input : builder.natural(input);
  const step = {
    operator: 'reduce' as const,
    function: reduction,
    input: value.name,
    axes: axes.map((axis) => storedAxis(value, axis)).sort((left, right) => left - right),
    keepAxes,
  };
  if (keepAxes) {
    const shape = value.shape.map((size, axis) => (axes.includes(axis) ? fixedSize(1) : size));
    return builder.add(step, hint, shape, value.order);
  }
  const kept = naturalOrder(value.shape.length).filter((axis) => !axes.includes(axis));
  const order = value.order.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis));
  const shape = kept.map((axis) => value.shape[axis] as Size);
  return builder.add(step, hint, shape, order);
}
