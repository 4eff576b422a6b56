import { type Activation, createScratchBuffer } from '@ztw/core/runtime';
import type { LayerRunner } from './layer-runner.ts';

/** `x Phi(x)` with the exact normal distribution; the gradient is `Phi(x) + x phi(x)`. */
export function geluRunner(): LayerRunner {
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let input: Activation | null = null;
  return {
    forward(activation) {
      input = activation;
      const values = activation.values();
      const output = outputBuffer(values.length);
      for (let index = 0; index < values.length; index++) {
        const value = values[index] as number;
        output[index] = value * normalDistribution(value);
      }
      return output;
    },
    backward(gradient, wantInput) {
      if (!wantInput || input === null) {
        return null;
      }
      const values = input.values();
      const inputGradient = gradientBuffer(values.length);
      for (let index = 0; index < values.length; index++) {
        const value = values[index] as number;
        const density = Math.exp(-0.5 * value * value) / Math.sqrt(2 * Math.PI);
        inputGradient[index] = (gradient[index] as number) * (normalDistribution(value) + value * density);
      }
      return inputGradient;
    },
  };
}

/**
 * `Phi(x) = 0.5 (1 + erf(x / sqrt 2))` within 1e-7.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, formula 26.2.17.
 */
function normalDistribution(x: number): number {
  const distance = Math.abs(x);
  const t = 1 / (1 + 0.2316419 * distance);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x >= 0 ? 1 - tail : tail;
}
