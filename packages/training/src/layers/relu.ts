import { type Activation, createScratchBuffer } from '@ztw/core/runtime';
import type { LayerRunner } from './layer-runner.ts';

/** `max(0, x)`; the gradient passes where the input is positive. */
export function reluRunner(): LayerRunner {
  const outputBuffer = createScratchBuffer();
  const gradientBuffer = createScratchBuffer();
  let input: Activation | null = null;
  return {
    forward(activation) {
      input = activation;
      const values = activation.values();
      const output = outputBuffer(values.length);
      for (let index = 0; index < values.length; index++) {
        output[index] = Math.max(values[index] as number, 0);
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
        inputGradient[index] = (values[index] as number) > 0 ? (gradient[index] as number) : 0;
      }
      return inputGradient;
    },
  };
}
