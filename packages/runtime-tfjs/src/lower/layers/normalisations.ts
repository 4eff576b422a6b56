import { axisOf, type LayerLowering, type LayerNode, refuseLayer } from './layer-node.ts';

interface NormalisationConfig {
  readonly axis?: number | readonly number[];
  readonly epsilon?: number;
  readonly center?: boolean;
  readonly scale?: boolean;
}

/** The default of the layers in TensorFlow.js. */
const defaultEpsilon = 1e-3;

/** Splits the weights of a layer: scale and offset, which depend on its options, and the rest, which it always has. */
function partsOf(node: LayerNode): {
  readonly size: number;
  readonly scale: Float32Array;
  readonly rest: readonly Float32Array[];
  readonly offset: Float32Array;
} {
  const { axis = -1, center = true, scale = true } = node.config as NormalisationConfig;
  const [shape] = node.inputShapes;
  const axes = typeof axis === 'number' ? [axis] : axis;
  if (axes.length !== 1 || axisOf(node, axes[0] ?? -1) !== shape.length) {
    refuseLayer(node, `it normalises over axis ${axes.join(', ')}; only the last axis is supported.`);
  }
  const size = shape.at(-1) ?? 0;
  const values = node.weights.map(({ data }) => data);
  if (values.some(({ length }) => length !== size))
    refuseLayer(node, `one of its weights does not have ${size} values.`);
  const gamma = scale ? values.shift() : undefined;
  const beta = center ? values.shift() : undefined;
  return { size, scale: gamma ?? new Float32Array(size).fill(1), offset: beta ?? new Float32Array(size), rest: values };
}

function epsilonOf({ config }: LayerNode): number {
  return (config as NormalisationConfig).epsilon ?? defaultEpsilon;
}

/**
 * The formula at inference: `x * gamma / sqrt(variance + epsilon) + (beta - mean * gamma / sqrt(variance + epsilon))`.
 */
export const lowerBatchNormalisation: LayerLowering = (node, writer) => {
  const { size, scale: gamma, offset: beta, rest } = partsOf(node);
  const [mean, variance] = rest;
  if (mean === undefined || variance === undefined) return refuseLayer(node, 'it has no moving mean and variance.');
  const epsilon = epsilonOf(node);
  const scale = new Float32Array(size);
  const offset = new Float32Array(size);
  for (let channel = 0; channel < size; channel++) {
    const factor = (gamma[channel] as number) / Math.sqrt((variance[channel] as number) + epsilon);
    scale[channel] = factor;
    offset[channel] = (beta[channel] as number) - (mean[channel] as number) * factor;
  }
  const scaled = writer.combine('multiply', node.inputs[0], writer.store('scale', [size], scale));
  return writer.combine('add', scaled, writer.store('offset', [size], offset));
};

export const lowerLayerNormalisation: LayerLowering = (node, writer) => {
  const { size, scale, offset } = partsOf(node);
  return writer.add({
    operator: 'layer-norm',
    input: node.inputs[0],
    weight: writer.store('gamma', [size], scale),
    bias: writer.store('beta', [size], offset),
    epsilon: epsilonOf(node),
  });
};
