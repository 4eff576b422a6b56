import type { Head, HeadLayer, HeadSpecification, Parameter } from '@ztw/core';
import { parameterShapes } from '../shapes/parameter-shapes.ts';
import { validateHead } from '../shapes/validate-head.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * A head with fresh values, the same for the same specification and seed.
 * Convolutions and dense layers: weights and biases uniform in `±1 / sqrt(fan in)` (PyTorch's default, that is,
 * Kaiming-uniform with `a = sqrt 5`). Norms: gain 1, bias 0. Pool mixes: alpha uniform in `[0, 1)`.
 * The values do not depend on whether the parameter-free prefix is part of the head.
 * @throws InvalidModelError where the layers do not fit together.
 */
export function initialiseHead(specification: HeadSpecification, seed: number): Head {
  validateHead(specification);
  const random = seededRandom(seed);
  const parameters = Object.fromEntries(
    specification.layers.flatMap((layer) =>
      Object.entries(parameterShapes({ layers: [layer] })).map(([name, shape]): [string, Parameter] => {
        const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
        const drawValue = initialiser(layer, name, random);
        for (let index = 0; index < data.length; index++) data[index] = drawValue();
        return [name, { shape, data }];
      }),
    ),
  );
  return { specification, parameters };
}

function initialiser(layer: HeadLayer, parameterName: string, random: () => number): () => number {
  switch (layer.kind) {
    case 'conv2d':
      return symmetric(layer.inChannels * layer.kernelSize * layer.kernelSize, random);
    case 'dense':
      return symmetric(layer.inFeatures, random);
    case 'layer-norm':
    case 'cascade':
      return parameterName === `${layer.name}.weight` ? () => 1 : () => 0;
    default:
      return random;
  }
}

function symmetric(fanIn: number, random: () => number): () => number {
  const bound = 1 / Math.sqrt(fanIn);
  return () => (2 * random() - 1) * bound;
}
