import { activated, axisOf, type LayerLowering, refuseLayer, storeWeight } from './layer-node.ts';

export const lowerActivation: LayerLowering = (node, writer) => activated(node, writer, node.inputs[0]);

export const lowerRelu: LayerLowering = (node, writer) => {
  const { maxValue = null } = node.config as { readonly maxValue?: number | null };
  const [input] = node.inputs;
  if (maxValue === null) return writer.apply('relu', input);
  if (maxValue === 6) return writer.apply('relu6', input);
  return writer.add({ operator: 'clip', input, minimum: 0, maximum: maxValue });
};

export const lowerLeakyRelu: LayerLowering = (node, writer) => {
  const { alpha = 0.3 } = node.config as { readonly alpha?: number };
  return writer.add({ operator: 'leaky-relu', input: node.inputs[0], slope: alpha });
};

/** TensorFlow.js supports only alpha 1. */
export const lowerElu: LayerLowering = (node, writer) => writer.apply('elu', node.inputs[0]);

/** `max(x, 0) + alpha * min(x, 0)`, with one alpha per value or per channel. */
export const lowerPRelu: LayerLowering = (node, writer) => {
  const [input] = node.inputs;
  const slopes = storeWeight(node, writer, 0, 'alpha');
  const falling = writer.combine('multiply', writer.combine('minimum', input, 0), slopes);
  return writer.combine('add', writer.apply('relu', input), falling);
};

export const lowerSoftmax: LayerLowering = (node, writer) => {
  const { axis = -1 } = node.config as { readonly axis?: number };
  if (axisOf(node, axis) !== node.inputShapes[0].length) {
    refuseLayer(node, `it works on axis ${axis}; only the last axis is supported.`);
  }
  return writer.add({ operator: 'softmax', input: node.inputs[0] });
};
