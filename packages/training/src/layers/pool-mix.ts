import { type Activation, createScratchBuffer, rowSize } from '@ztw/core/runtime';
import type { LayerKinds } from '@ztw/heads';
import { activationOf } from './activation.ts';
import { adaptivePoolsRunner } from './adaptive-pools.ts';
import type { LayerContext, LayerRunner } from './layer-runner.ts';

/** `[2, C, h, w]` -> `[C, h, w]`: `alpha * maxima + (1 - alpha) * averages`. */
export function poolMixRunner(
  _layer: unknown,
  { outputShape, parameter }: Pick<LayerContext, 'outputShape' | 'parameter'>,
): LayerRunner {
  const half = rowSize(outputShape);
  const alpha = parameter('alpha');
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let input: Activation | null = null;
  return {
    forward(activation) {
      input = activation;
      const values = activation.values();
      const output = outputBuffer(activation.rows * half);
      mixHalves(output, values, activation.rows, half, alpha.value[0] as number);
      return output;
    },
    backward(gradient, wantInput) {
      if (input === null) {
        return null;
      }
      const { rows } = input;
      alpha.gradient[0] = mixGradient(gradient, input.values(), rows, half);
      if (!wantInput) {
        return null;
      }
      const ofMaximum = alpha.value[0] as number;
      const inputGradient = gradientBuffer(rows * 2 * half);
      for (let row = 0; row < rows; row++) {
        const maxima = row * 2 * half;
        for (let index = 0; index < half; index++) {
          const value = gradient[row * half + index] as number;
          inputGradient[maxima + index] = ofMaximum * value;
          inputGradient[maxima + half + index] = (1 - ofMaximum) * value;
        }
      }
      return inputGradient;
    },
  };
}

/** `averages + alpha (maxima - averages)` of every row. Four values at a time are twice as fast as one. */
function mixHalves(output: Float32Array, values: Float32Array, rows: number, half: number, alpha: number): void {
  const whole = half - (half % 4);
  for (let row = 0; row < rows; row++) {
    let target = row * half;
    let maximum = 2 * target;
    let average = maximum + half;
    const end = target + half;
    for (const wholeEnd = target + whole; target < wholeEnd; target += 4, maximum += 4, average += 4) {
      const average0 = values[average] as number;
      const average1 = values[average + 1] as number;
      const average2 = values[average + 2] as number;
      const average3 = values[average + 3] as number;
      output[target] = average0 + alpha * ((values[maximum] as number) - average0);
      output[target + 1] = average1 + alpha * ((values[maximum + 1] as number) - average1);
      output[target + 2] = average2 + alpha * ((values[maximum + 2] as number) - average2);
      output[target + 3] = average3 + alpha * ((values[maximum + 3] as number) - average3);
    }
    for (; target < end; target++, maximum++, average++) {
      const value = values[average] as number;
      output[target] = value + alpha * ((values[maximum] as number) - value);
    }
  }
}

/** The gradient by alpha: the sum of `gradient * (maxima - averages)` over all rows. */
function mixGradient(gradient: Float32Array, values: Float32Array, rows: number, half: number): number {
  const whole = half - (half % 4);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let row = 0; row < rows; row++) {
    let source = row * half;
    let maximum = 2 * source;
    let average = maximum + half;
    const end = source + half;
    for (const wholeEnd = source + whole; source < wholeEnd; source += 4, maximum += 4, average += 4) {
      sum0 += (gradient[source] as number) * ((values[maximum] as number) - (values[average] as number));
      sum1 += (gradient[source + 1] as number) * ((values[maximum + 1] as number) - (values[average + 1] as number));
      sum2 += (gradient[source + 2] as number) * ((values[maximum + 2] as number) - (values[average + 2] as number));
      sum3 += (gradient[source + 3] as number) * ((values[maximum + 3] as number) - (values[average + 3] as number));
    }
    for (; source < end; source++, maximum++, average++) {
      sum0 += (gradient[source] as number) * ((values[maximum] as number) - (values[average] as number));
    }
  }
  return sum0 + sum1 + sum2 + sum3;
}

/** A mixed pool is an adaptive pool followed by the mix. It is the identity if the map already has the target size. */
export function mixedPoolRunner(layer: LayerKinds['mixed-pool'], context: LayerContext): LayerRunner {
  const { inputShape, outputShape } = context;
  if (inputShape[1] === outputShape[1] && inputShape[2] === outputShape[2]) return unpooledRunner(context);
  const pools = adaptivePoolsRunner(layer, context);
  const mix = poolMixRunner(layer, context);
  const pooledShape = [2, ...outputShape];
  return {
    forward: (input, previousLogits) =>
      mix.forward(activationOf(pools.forward(input, previousLogits), input.rows, pooledShape), previousLogits),
    backward(gradient, wantInput) {
      const pooled = mix.backward(gradient, wantInput);
      return pooled === null ? null : pools.backward(pooled, wantInput);
    },
  };
}

/** Windows of one value: maximum and average are equal, so alpha has no effect and no gradient. */
function unpooledRunner({ parameter }: LayerContext): LayerRunner {
  const alpha = parameter('alpha');
  return {
    forward: (input) => input.values(),
    backward(gradient, wantInput) {
      alpha.gradient[0] = 0;
      return wantInput ? gradient : null;
    },
  };
}
