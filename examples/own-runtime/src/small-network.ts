import { seededValues } from '@ztw/core/testing';
import type { DenseLayer, DenseNetwork } from './dense-runtime.ts';

/** Values in one input row. */
export const inputSize = 16;

/** A network with reproducible random weights. Yours would be trained. */
export function smallNetwork(): DenseNetwork {
  const [wide, narrow, classes] = [24, 12, 4];
  return {
    name: 'small',
    layers: [layer(1, inputSize, wide), layer(2, wide, narrow), layer(3, narrow, classes)],
    heads: [layer(4, wide, classes), layer(5, narrow + classes, classes)],
  };
}

function layer(seed: number, inputs: number, outputs: number): DenseLayer {
  const scale = Math.sqrt(6 / inputs); // keeps the size of the values from layer to layer
  return { weights: seededValues(seed, outputs * inputs, scale), bias: seededValues(seed + 100, outputs, 0.1) };
}
