import {
  activated,
  type LayerLowering,
  type LayerNode,
  padsOf,
  pairOf,
  refuseLayer,
  storeWeight,
} from './layer-node.ts';

const unit = [1, 1] as const;

function biasOf(node: LayerNode): boolean {
  return node.config.useBias !== false;
}

export const lowerConv2d: LayerLowering = (node, writer) => {
  const strides = pairOf(node.config.strides, 1);
  const dilations = pairOf(node.config.dilationRate, 1);
  const linear = writer.add({
    operator: 'conv2d',
    input: node.inputs[0],
    filter: storeWeight(node, writer, 0, 'kernel'),
    bias: biasOf(node) ? storeWeight(node, writer, 1, 'bias') : null,
    strides,
    pads: padsOf(node, pairOf(node.config.kernelSize, 1), strides, dilations),
    dilations,
    activation: null,
  });
  return activated(node, writer, linear);
};

export const lowerDepthwiseConv2d: LayerLowering = (node, writer) => {
  const strides = pairOf(node.config.strides, 1);
  if (pairOf(node.config.dilationRate, 1).some((rate) => rate !== 1)) {
    refuseLayer(node, 'TensorFlow.js ignores the dilation of this layer, so its outputs differ from the trained ones.');
  }
  const linear = writer.add({
    operator: 'depthwise-conv2d',
    input: node.inputs[0],
    filter: storeWeight(node, writer, 0, 'depthwise_kernel'),
    bias: biasOf(node) ? storeWeight(node, writer, 1, 'bias') : null,
    strides,
    pads: padsOf(node, pairOf(node.config.kernelSize, 1), strides),
    dilations: unit,
    activation: null,
  });
  return activated(node, writer, linear);
};

/** A depthwise convolution, and then a 1 x 1 convolution over all channels. */
export const lowerSeparableConv2d: LayerLowering = (node, writer) => {
  const strides = pairOf(node.config.strides, 1);
  const dilations = pairOf(node.config.dilationRate, 1);
  const depthwise = writer.add({
    operator: 'depthwise-conv2d',
    input: node.inputs[0],
    filter: storeWeight(node, writer, 0, 'depthwise_kernel'),
    bias: null,
    strides,
    pads: padsOf(node, pairOf(node.config.kernelSize, 1), strides, dilations),
    dilations,
    activation: null,
  });
  const linear = writer.add({
    operator: 'conv2d',
    input: depthwise,
    filter: storeWeight(node, writer, 1, 'pointwise_kernel'),
    bias: biasOf(node) ? storeWeight(node, writer, 2, 'bias') : null,
    strides: unit,
    pads: [0, 0, 0, 0],
    dilations: unit,
    activation: null,
  });
  return activated(node, writer, linear);
};

export const lowerDense: LayerLowering = (node, writer) => {
  const linear = writer.add({
    operator: 'dense',
    input: node.inputs[0],
    weight: storeWeight(node, writer, 0, 'kernel'),
    bias: biasOf(node) ? storeWeight(node, writer, 1, 'bias') : null,
    activation: null,
  });
  return activated(node, writer, linear);
};
