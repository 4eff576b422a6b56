// A head that runs forwards and backwards on host arrays, as a sequence of its layers' runners.

import { InvalidModelError } from '@ztw/core';
import type { Activation, MathKernels } from '@ztw/core/runtime';
import { type HeadSpecification, hasCascade, parameterCount } from '@ztw/heads';
import { activationOf, createActivationBuffers } from './activation.ts';
import { bindLayers } from './layer-runners.ts';
import type { ParameterBlock } from './parameter-block.ts';

export interface HeadProgram {
  /** Whether `forward` needs the logits of the previous IC. */
  readonly usesPreviousLogits: boolean;
  /**
   * @param previousLogits `[rows, classes]` of the previous IC; null for a head without cascade.
   * @returns logits `[rows, classes]`, valid until the next forward pass
   */
  forward(input: Activation, previousLogits: Float32Array | null): Float32Array;
  /**
   * Writes the gradients of all parameters for the batch of the last forward pass.
   * @param gradient Of the loss by the logits, `[rows, classes]`.
   */
  backward(gradient: Float32Array): void;
}

/**
 * Binds a head's layers to their parameters and to the kernels that run them.
 * @throws InvalidModelError for layers that do not match each other or the parameters.
 */
export function createHeadProgram(
  specification: Pick<HeadSpecification, 'layers' | 'inputShape' | 'classes'>,
  parameters: ParameterBlock,
  kernels: MathKernels,
): HeadProgram {
  const { layers, inputShape, classes } = specification;
  const bound = bindLayers(layers, inputShape, parameters, kernels);
  const shape = bound.at(-1)?.outputShape ?? inputShape;
  if (shape.length !== 1 || shape[0] !== classes) {
    throw new InvalidModelError(
      `Expected a head that ends in ${classes} logits; received one that ends in rows of [${shape.join(', ')}].`,
      { expected: [classes], received: shape },
    );
  }
  // The first layer that runs backwards. Earlier layers need no gradient.
  const firstLearning = layers.findIndex((layer) => parameterCount({ layers: [layer] }) > 0);
  const buffers = bound.map(createActivationBuffers);
  return {
    usesPreviousLogits: hasCascade(specification),
    forward(input, previousLogits) {
      let activation = input;
      for (const [index, { runner, outputShape }] of bound.entries()) {
        const output = runner.forward(activation, previousLogits);
        activation = activationOf(output, input.rows, outputShape, buffers[index]);
      }
      return activation.values();
    },
    backward(gradient) {
      let current: Float32Array | null = gradient;
      for (let index = bound.length - 1; index >= Math.max(firstLearning, 0) && current !== null; index--) {
        current = bound[index]?.runner.backward(current, index > firstLearning) ?? null;
      }
    },
  };
}
