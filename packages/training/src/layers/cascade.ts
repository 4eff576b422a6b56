import { InvalidInputError } from '@ztw/core';
import { createScratchBuffer } from '@ztw/core/runtime';
import type { LayerKinds } from '@ztw/heads';
import type { LayerContext, LayerRunner } from './layer-runner.ts';
import { createVectorNorm } from './vector-norm.ts';

/**
 * `[n]` -> `[n + classes]`: appends the previous IC's logits to the features, normalised if the layer specifies it.
 * The previous logits are constants: no gradient goes back to them.
 */
export function cascadeRunner(layer: LayerKinds['cascade'], context: LayerContext): LayerRunner {
  const { classes } = layer;
  const [width] = context.inputShape as [number];
  const norm = layer.layerNorm ? createVectorNorm(layer, classes, context) : null;
  const outputBuffer = createScratchBuffer();
  const inputGradientBuffer = createScratchBuffer();
  const appendedGradientBuffer = createScratchBuffer();
  return {
    forward(input, previousLogits) {
      const { rows } = input;
      if (previousLogits?.length !== rows * classes) {
        throw new InvalidInputError(
          `Expected the previous IC's logits, ${rows} rows of ${classes}, for the layer "${layer.name}"; ` +
            `received ${previousLogits === null ? 'none' : `${previousLogits.length} values`}.`,
          { expected: rows * classes, received: previousLogits?.length ?? null, path: layer.name },
        );
      }
      const values = input.values();
      const appended = norm === null ? previousLogits : norm.forward(previousLogits);
      const output = outputBuffer(rows * (width + classes));
      for (let row = 0; row < rows; row++) {
        const start = row * (width + classes);
        output.set(values.subarray(row * width, (row + 1) * width), start);
        output.set(appended.subarray(row * classes, (row + 1) * classes), start + width);
      }
      return output;
    },
    backward(gradient, wantInput) {
      const rows = gradient.length / (width + classes);
      if (norm !== null) {
        const appendedGradient = appendedGradientBuffer(rows * classes);
        for (let row = 0; row < rows; row++) {
          const end = (row + 1) * (width + classes);
          appendedGradient.set(gradient.subarray(end - classes, end), row * classes);
        }
        norm.backward(appendedGradient, false);
      }
      if (!wantInput) {
        return null;
      }
      const inputGradient = inputGradientBuffer(rows * width);
      for (let row = 0; row < rows; row++) {
        const start = row * (width + classes);
        inputGradient.set(gradient.subarray(start, start + width), row * width);
      }
      return inputGradient;
    },
  };
}
