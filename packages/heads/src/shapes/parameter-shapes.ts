import type { HeadLayer, HeadSpecification } from '@ztw/core';

/** Shape of each parameter of one layer by its full name, weight before bias. */
function layerParameterShapes(layer: HeadLayer): Readonly<Record<string, readonly number[]>> {
  switch (layer.kind) {
    case 'conv2d':
      return {
        [`${layer.name}.weight`]: [layer.outChannels, layer.inChannels, layer.kernelSize, layer.kernelSize],
        [`${layer.name}.bias`]: [layer.outChannels],
      };
    case 'dense':
      return {
        [`${layer.name}.weight`]: [layer.outFeatures, layer.inFeatures],
        [`${layer.name}.bias`]: [layer.outFeatures],
      };
    case 'mixed-pool':
    case 'pool-mix':
      return { [`${layer.name}.alpha`]: [1] };
    case 'layer-norm':
      return { [`${layer.name}.weight`]: [layer.size], [`${layer.name}.bias`]: [layer.size] };
    case 'cascade':
      return layer.layerNorm
        ? { [`${layer.name}.weight`]: [layer.classes], [`${layer.name}.bias`]: [layer.classes] }
        : {};
    case 'relu':
    case 'gelu':
    case 'channels-first':
    case 'adaptive-pools':
    case 'flatten':
    case 'take-token':
    case 'mean-tokens':
      return {};
  }
}

/** Shape of every parameter of a head by name, in the order of its layers. */
export function parameterShapes(
  specification: Pick<HeadSpecification, 'layers'>,
): Readonly<Record<string, readonly number[]>> {
  return Object.assign({}, ...specification.layers.map(layerParameterShapes));
}

/** Number of learned values of a head. */
export function parameterCount(specification: Pick<HeadSpecification, 'layers'>): number {
  return Object.values(parameterShapes(specification)).reduce(
    (sum, shape) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
}
