// A head that runs forwards and backwards over host arrays: its layers' runners, one after the other.

import type { Activation, HeadLayer, HeadSpecification, MathKernels } from '@ztw/core';
import { InvalidModelError } from '@ztw/core';
import { activationOf, createActivationBuffers } from './activation.ts';
import { adaptivePoolsRunner } from './adaptive-pools.ts';
import { type CascadeRunner, cascadeRunner } from './cascade.ts';
import { conv2dRunner } from './conv2d.ts';
import { denseRunner } from './dense.ts';
import { geluRunner } from './gelu.ts';
import { layerNormRunner } from './layer-norm.ts';
import type { LayerContext, LayerRunner } from './layer-runner.ts';
import { channelsFirstRunner, flattenRunner, meanTokensRunner, takeTokenRunner } from './layout-layers.ts';
import type { ParameterBlock } from './parameter-block.ts';
import { mixedPoolRunner, poolMixRunner } from './pool-mix.ts';
import { reluRunner } from './relu.ts';

/** Gradients beside those of the parameters, which lie in the parameter block. */
export interface HeadGradients {
  /** By the head's input `[rows, ...inputShape]`; null where it was not wanted. */
  readonly input: Float32Array | null;
  /** By the previous logits `[rows, classes]`; null where it was not wanted, or the head has no cascade. */
  readonly previousLogits: Float32Array | null;
}

/** Which gradients to give beside those of the parameters. Default: none. */
export interface WantedGradients {
  readonly input?: boolean;
  readonly previousLogits?: boolean;
}

export interface HeadProgram {
  /** Whether `forward` needs the logits of the IC before. */
  readonly usesPreviousLogits: boolean;
  /**
   * @param previousLogits `[rows, classes]` of the IC before; null for a head without cascade.
   * @returns logits `[rows, classes]`, valid until the next forward
   */
  forward(input: Activation, previousLogits: Float32Array | null): Float32Array;
  /**
   * Writes the gradients of all parameters for the batch of the last forward.
   * @param gradient Of the loss by the logits, `[rows, classes]`.
   */
  backward(gradient: Float32Array, wanted?: WantedGradients): HeadGradients;
}

/**
 * Binds a head's layers to their parameters and to the kernels that run them.
 * @throws InvalidModelError for layers that do not fit together or to the parameters.
 */
export function createHeadProgram(
  specification: Pick<HeadSpecification, 'layers' | 'inputShape' | 'classes'>,
  parameters: ParameterBlock,
  kernels: MathKernels,
): HeadProgram {
  const { layers, classes } = specification;
  const runners: LayerRunner[] = [];
  let cascade: CascadeRunner | null = null;
  let shape = specification.inputShape;
  for (const layer of layers) {
    const context: LayerContext = { inputShape: shape, parameters, kernels };
    let runner: LayerRunner;
    if (layer.kind === 'cascade') {
      cascade = cascadeRunner(layer, context);
      runner = cascade;
    } else {
      runner = runnerOf(layer, context);
    }
    runners.push(runner);
    shape = runner.outputShape;
  }
  if (shape.length !== 1 || shape[0] !== classes) {
    throw new InvalidModelError(`The head should end in ${classes} logits, but ends in rows of [${shape.join(', ')}].`);
  }
  const firstLearning = layers.findIndex(hasParameters);
  const cascadeIndex = layers.findIndex((layer) => layer.kind === 'cascade');
  const previousCascade = cascade;
  const buffers = runners.map(createActivationBuffers);
  return {
    usesPreviousLogits: previousCascade !== null,
    forward(input, previousLogits) {
      let activation = input;
      for (const [index, runner] of runners.entries()) {
        const output = runner.forward(activation, previousLogits);
        activation = activationOf(output, input.rows, runner.outputShape, buffers[index]);
      }
      return activation.values();
    },
    backward(gradient, wanted = {}) {
      const wantPrevious = wanted.previousLogits === true && previousCascade !== null;
      // The first layer that has to run backwards; the one before it needs no gradient.
      const last = wanted.input ? 0 : wantPrevious ? Math.min(firstLearning, cascadeIndex) : firstLearning;
      let current: Float32Array | null = gradient;
      for (let index = runners.length - 1; index >= last && current !== null; index--) {
        current = (runners[index] as LayerRunner).backward(current, index > last || wanted.input === true);
      }
      return {
        input: current,
        previousLogits: wantPrevious ? previousCascade.previousLogitsGradient() : null,
      };
    },
  };
}

function hasParameters(layer: HeadLayer): boolean {
  return 'name' in layer && (layer.kind !== 'cascade' || layer.layerNorm);
}

function runnerOf(layer: Exclude<HeadLayer, { readonly kind: 'cascade' }>, context: LayerContext): LayerRunner {
  switch (layer.kind) {
    case 'relu':
      return reluRunner(context);
    case 'gelu':
      return geluRunner(context);
    case 'channels-first':
      return channelsFirstRunner(context);
    case 'conv2d':
      return conv2dRunner(layer, context);
    case 'mixed-pool':
      return mixedPoolRunner(layer, context);
    case 'adaptive-pools':
      return adaptivePoolsRunner(layer.outputSize, context);
    case 'pool-mix':
      return poolMixRunner(layer, context);
    case 'flatten':
      return flattenRunner(context);
    case 'take-token':
      return takeTokenRunner(layer, context);
    case 'mean-tokens':
      return meanTokensRunner(context);
    case 'layer-norm':
      return layerNormRunner(layer, context);
    case 'dense':
      return denseRunner(layer, context);
  }
}
