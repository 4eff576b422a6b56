import { type ConvolutionStep, channelsLastOrder, fixedSize, type Size, type TensorValue } from '@ztw/program';
import { intAttributeOf } from '../../model/attributes.ts';
import { floats, sliceFloats, transposeFloats } from '../float-array.ts';
import type { FloatsValue } from '../graph-value.ts';
import type { NodeReader, OperatorTable, OperatorTranslation } from '../node-reader.ts';
import { imageOrder, lengthOf, type Window, windowOf } from './window.ts';

/** Filters `[out, in / groups, height, width]` become `[height, width, in, out]`; images become channels-last. */
const translateConvolution: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const weight = node.floats(1) ?? node.refuse('it has no filter');
  const bias = node.floats(2);
  const [outChannels = 0, , height = 1, width = 1] = weight.shape;
  const groups = intAttributeOf(node.proto, 'group', 1);
  const window = windowOf(node, input, [height, width]);
  const inChannels = lengthOf(node, input, 1);
  const image = node.writer.inOrder(input, imageOrder);
  const shape = [input.shape[0] as Size, fixedSize(outChannels), ...window.outputSize.map(fixedSize)];
  if (groups === 1) {
    return addConvolution(node, 'conv2d', image, transposeFloats(weight, [2, 3, 1, 0]), bias, window, shape);
  }
  if (groups === inChannels) {
    const moved = transposeFloats(weight, [2, 3, 1, 0]); // [height, width, 1, in * multiplier]
    const filter = { ...moved, shape: [height, width, inChannels, outChannels / inChannels] };
    return addConvolution(node, 'depthwise-conv2d', image, filter, bias, window, shape);
  }
  return addGroups(node, image, weight, bias, window, shape, groups);
};

function addConvolution(
  { writer, store, hint }: NodeReader,
  operator: ConvolutionStep['operator'],
  input: TensorValue,
  filter: FloatsValue,
  bias: FloatsValue | null,
  { strides, pads, dilations }: Window,
  shape: readonly Size[],
): TensorValue {
  const step = {
    operator,
    input: input.name,
    filter: store(`${hint}/filter`, filter),
    bias: bias === null ? null : store(`${hint}/bias`, bias),
    strides,
    pads,
    dilations,
    activation: null,
  };
  return writer.addValue(step, hint, shape, imageOrder);
}

/** One convolution per group of channels, concatenated. */
function addGroups(
  node: NodeReader,
  image: TensorValue,
  weight: FloatsValue,
  bias: FloatsValue | null,
  window: Window,
  shape: readonly Size[],
  groups: number,
): TensorValue {
  const { writer, hint } = node;
  const [outChannels = 0, inPerGroup = 0] = weight.shape;
  const outPerGroup = outChannels / groups;
  const [rows, , ...positions] = shape as [Size, Size, ...Size[]];
  const outputs = Array.from({ length: groups }, (_unused, group) => {
    const slice = {
      operator: 'slice' as const,
      input: image.name,
      axis: 3,
      start: group * inPerGroup,
      length: inPerGroup,
      stride: 1,
    };
    const channels = [image.shape[0] as Size, fixedSize(inPerGroup), ...image.shape.slice(2)];
    const part = writer.addValue(slice, `${hint}/group`, channels, imageOrder);
    const own = { start: group * outPerGroup, length: outPerGroup, stride: 1 };
    const filter = sliceFloats(weight, 0, own);
    const added = bias && sliceFloats(bias, 0, own);
    const outShape = [rows, fixedSize(outPerGroup), ...positions];
    return addConvolution(node, 'conv2d', part, transposeFloats(filter, [2, 3, 1, 0]), added, window, outShape);
  });
  const inputs = outputs.map(({ name }) => name);
  return writer.addValue({ operator: 'concat', inputs, axis: 3 }, hint, shape, imageOrder);
}

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias` per channel, as one factor and one term. */
const translateBatchNormalisation: OperatorTranslation = (node) => {
  const input = node.tensor(0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((position) => node.floats(position)?.data);
  if (!scale || !bias || !mean || !variance) return node.refuse('its statistics are missing');
  const epsilon = node.proto.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
  const factor = scale.map((value, channel) => value / Math.sqrt((variance[channel] as number) + epsilon));
  const term = bias.map((value, channel) => value - (mean[channel] as number) * (factor[channel] as number));
  const { writer, store, hint } = node;
  const order = channelsLastOrder(input.shape.length);
  const image = writer.inOrder(input, order);
  const perChannel = (name: string, data: Float32Array): string =>
    store(`${hint}/${name}`, floats([data.length], data));
  const scaled = writer.addValue(
    { operator: 'binary', function: 'multiply', left: image.name, right: perChannel('factor', factor) },
    `${hint}/scaled`,
    input.shape,
    order,
  );
  return writer.addValue(
    { operator: 'binary', function: 'add', left: scaled.name, right: perChannel('term', term) },
    hint,
    input.shape,
    order,
  );
};

export const convolutionOperators: OperatorTable = {
  Conv: translateConvolution,
  BatchNormalization: translateBatchNormalisation,
};
