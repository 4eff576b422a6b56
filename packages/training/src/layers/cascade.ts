import { type CascadeLayer, createScratchBuffer, InvalidInputError, InvalidModelError } from '@ztw/core';
import type { LayerContext, LayerRunner } from './layer-runner.ts';
import { createVectorNorm } from './vector-norm.ts';

/** The cascade connection, which also knows the gradient by the previous IC's logits. */
export interface CascadeRunner extends LayerRunner {
  /**
   * The gradient by the previous logits `[rows, classes]`, after `backward`. The method holds them constant, so that
   * nobody asks; training several ICs jointly without the stop-gradient would.
   */
  previousLogitsGradient(): Float32Array;
}

/** `[n]` -> `[n + classes]`: the previous IC's logits, normalised where the layer says so, after the features. */
export function cascadeRunner(layer: CascadeLayer, context: LayerContext): CascadeRunner {
  const { classes } = layer;
  const [width] = context.inputShape;
  if (width === undefined || context.inputShape.length !== 1) {
    throw new InvalidModelError(
      `The layer "${layer.name}" wants flat features, but gets rows of [${context.inputShape.join(', ')}].`,
    );
  }
  const norm = layer.layerNorm ? createVectorNorm(layer, classes, context) : null;
  const outputBuffer = createScratchBuffer();
  const inputGradientBuffer = createScratchBuffer();
  const appendedGradientBuffer = createScratchBuffer();
  let appendedGradient: Float32Array = new Float32Array(0);
  return {
    outputShape: [width + classes],
    forward(input, previousLogits) {
      const { rows } = input;
      if (previousLogits?.length !== rows * classes) {
        throw new InvalidInputError(
          `The layer "${layer.name}" wants the previous IC's logits, ${rows} rows of ${classes}, ` +
            `but gets ${previousLogits === null ? 'none' : `${previousLogits.length} values`}.`,
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
      appendedGradient = appendedGradientBuffer(rows * classes);
      for (let row = 0; row < rows; row++) {
        const end = (row + 1) * (width + classes);
        appendedGradient.set(gradient.subarray(end - classes, end), row * classes);
      }
      if (norm !== null) {
        appendedGradient = norm.backward(appendedGradient, true) ?? appendedGradient;
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
    previousLogitsGradient: () => appendedGradient,
  };
}
