// Which tensors a head's layers name, and whether given tensors are exactly these.
// Whether the layers themselves fit together is for `validateHead` of @ztw/heads to say.

import type { HeadLayer, HeadParameters, HeadSpecification, Parameter } from '@ztw/core';

/** Shape of every parameter of a head, by name. */
export function headParameterShapes(specification: HeadSpecification): Map<string, readonly number[]> {
  return new Map(specification.layers.flatMap(layerParameterShapes));
}

/** What is wrong with the values of a head; null where they are exactly what its layers name. */
export function findParameterProblem(specification: HeadSpecification, parameters: HeadParameters): string | null {
  const shapes = headParameterShapes(specification);
  for (const [name, shape] of shapes) {
    const parameter: Parameter | undefined = parameters[name];
    if (parameter === undefined) return `has no values for ${name}`;
    if (parameter.shape.length !== shape.length || parameter.shape.some((size, axis) => size !== shape[axis])) {
      return `has values of shape [${parameter.shape}] for ${name}; expected [${shape}]`;
    }
  }
  const stranger = Object.keys(parameters).find((name) => !shapes.has(name));
  return stranger === undefined ? null : `has values for ${stranger}, which none of its layers names`;
}

function layerParameterShapes(layer: HeadLayer): [string, readonly number[]][] {
  switch (layer.kind) {
    case 'conv2d':
      return [
        [`${layer.name}.weight`, [layer.outChannels, layer.inChannels, layer.kernelSize, layer.kernelSize]],
        [`${layer.name}.bias`, [layer.outChannels]],
      ];
    case 'dense':
      return [
        [`${layer.name}.weight`, [layer.outFeatures, layer.inFeatures]],
        [`${layer.name}.bias`, [layer.outFeatures]],
      ];
    case 'mixed-pool':
    case 'pool-mix':
      return [[`${layer.name}.alpha`, [1]]];
    case 'layer-norm':
      return normShapes(layer.name, layer.size);
    case 'cascade':
      return layer.layerNorm ? normShapes(layer.name, layer.classes) : [];
    default:
      return [];
  }
}

function normShapes(name: string, size: number): [string, readonly number[]][] {
  return [
    [`${name}.weight`, [size]],
    [`${name}.bias`, [size]],
  ];
}
