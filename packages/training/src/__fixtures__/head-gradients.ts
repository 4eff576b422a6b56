// All gradients of a head, including two that training does not use: those by the input and by the previous logits. The
// previous logits are constants to the method, but not to the original code without its stop-gradient.

import type { HeadSpecification, LayerKinds } from '@ztw/heads';
import type { Activation, MathKernels } from '@ztw/core/runtime';
import { activationOf } from '../layers/activation.ts';
import { bindLayers } from '../layers/layer-runners.ts';
import type { ParameterBlock } from '../layers/parameter-block.ts';

export interface HeadGradients {
  /** `[rows, ...inputShape]` */
  readonly input: Float32Array;
  /** `[rows, classes]`; null for a head without cascade. */
  readonly previousLogits: Float32Array | null;
}

/** A head in which every layer runs backwards. */
export interface WholeHead {
  /** @returns logits `[rows, classes]` */
  forward(input: Activation, previousLogits: Float32Array | null): Float32Array;
  /** Of the last forward. @param gradient Of the loss by the logits, `[rows, classes]`. */
  backward(gradient: Float32Array): HeadGradients;
}

export function wholeHead(
  { layers, inputShape }: Pick<HeadSpecification, 'layers' | 'inputShape'>,
  parameters: ParameterBlock,
  kernels: MathKernels,
): WholeHead {
  const bound = bindLayers(layers, inputShape, parameters, kernels);
  const cascade = layers.find((layer) => layer.kind === 'cascade');
  let previous: Float32Array | null = null;
  return {
    forward(input, previousLogits) {
      previous = previousLogits?.slice() ?? null;
      return bound
        .reduce(
          (activation, { runner, outputShape }) =>
            activationOf(runner.forward(activation, previousLogits), input.rows, outputShape),
          input,
        )
        .values();
    },
    backward(gradient) {
      let current = gradient;
      let byPrevious: Float32Array | null = null;
      for (const [index, layer] of [...layers.entries()].reverse()) {
        if (layer === cascade && previous !== null) {
          const appended = lastColumns(current, previous.length / cascade.classes, cascade.classes);
          byPrevious = cascade.layerNorm ? throughNorm(cascade, previous, appended, parameters, kernels) : appended;
        }
        current = bound[index]!.runner.backward(current, true)!.slice();
      }
      return { input: current, previousLogits: byPrevious };
    },
  };
}

/** The gradient by the logits that the cascade normalises, through a layer norm with the cascade's parameters. */
function throughNorm(
  { name, classes, epsilon }: LayerKinds['cascade'],
  previousLogits: Float32Array,
  gradient: Float32Array,
  parameters: ParameterBlock,
  kernels: MathKernels,
): Float32Array {
  const norm: LayerKinds['layer-norm'] = { kind: 'layer-norm', name, size: classes, epsilon };
  const [{ runner } = { runner: null }] = bindLayers([norm], [classes], parameters, kernels);
  runner!.forward(activationOf(previousLogits, previousLogits.length / classes, [classes]), null);
  return runner!.backward(gradient, true)!.slice();
}

function lastColumns(values: Float32Array, rows: number, columns: number): Float32Array {
  const width = values.length / rows;
  return Float32Array.from({ length: rows * columns }, (_unused, index) => {
    const row = Math.floor(index / columns);
    return values[(row + 1) * width - columns + (index % columns)]!;
  });
}
