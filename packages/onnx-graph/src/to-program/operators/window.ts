// Windows of convolutions and pools: attributes with defaults, explicit pads, and the output size.

import { channelsLastOrder, fixedValue, type TensorValue } from '@ztw/program';
import { intAttributeOf, intsAttributeOf, stringAttributeOf } from '../../model/attributes.ts';
import type { NodeReader } from '../node-reader.ts';

/** Memory order of images: channels last. */
export const imageOrder: readonly number[] = channelsLastOrder(4);

type Pair = readonly [number, number];

export interface Window {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Top, bottom, left, right. */
  readonly pads: readonly [number, number, number, number];
  /** Height and width of the result. */
  readonly outputSize: Pair;
}

interface WindowAxis {
  readonly before: number;
  readonly after: number;
  readonly outputSize: number;
}

/**
 * @param input An image `[rows, channels, height, width]`.
 * @param size Height and width of the window.
 */
export function windowOf(node: NodeReader, input: TensorValue, size: Pair): Window {
  const { proto } = node;
  if (input.shape.length !== 4)
    node.refuse(`its input has ${input.shape.length} axes; only images (4 axes) are supported`);
  const strides = pairOf(node, 'strides');
  const dilations = pairOf(node, 'dilations');
  const pads = intsAttributeOf(proto, 'pads') ?? [];
  const autoPad = stringAttributeOf(proto, 'auto_pad', 'NOTSET');
  const ceil = intAttributeOf(proto, 'ceil_mode', 0) === 1;
  const axis = (index: 0 | 1): WindowAxis => {
    const length = lengthOf(node, input, 2 + index);
    const reach = (size[index] - 1) * dilations[index] + 1;
    const stride = strides[index];
    if (autoPad.startsWith('SAME')) return sameAxis(length, reach, stride, autoPad === 'SAME_LOWER');
    const before = pads[index] ?? 0;
    const after = pads[index + 2] ?? 0;
    if (before < 0 || after < 0) node.refuse('negative pads are not supported');
    const room = length + before + after - reach;
    let outputSize = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    // ONNX omits a window that would start after the data and the leading padding.
    if (ceil && (outputSize - 1) * stride >= length + before) outputSize -= 1;
    if (outputSize < 1) node.refuse(`its window does not fit into ${length} entries`);
    return { before, after: Math.max(after, (outputSize - 1) * stride + reach - length - before), outputSize };
  };
  const [vertical, horizontal] = [axis(0), axis(1)];
  return {
    size,
    strides,
    dilations,
    pads: [vertical.before, vertical.after, horizontal.before, horizontal.after],
    outputSize: [vertical.outputSize, horizontal.outputSize],
  };
}

/** Padding for an output of `ceil(length / stride)`. An odd pixel of padding goes to one side. */
function sameAxis(length: number, reach: number, stride: number, moreBefore: boolean): WindowAxis {
  const outputSize = Math.ceil(length / stride);
  const total = Math.max(0, (outputSize - 1) * stride + reach - length);
  const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return { before: moreBefore ? large : small, after: moreBefore ? small : large, outputSize };
}

function pairOf(node: NodeReader, name: string): Pair {
  const [first = 1, second = 1] = intsAttributeOf(node.proto, name) ?? [];
  return [first, second];
}

/** Length of an axis that must not depend on the number of rows. */
export function lengthOf(node: NodeReader, { shape }: TensorValue, axis: number): number {
  const size = shape[axis];
  const length = size === undefined ? null : fixedValue(size);
  return length ?? node.refuse(`axis ${axis} of its input must have a fixed length`);
}
