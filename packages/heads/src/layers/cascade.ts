import { InvalidInputError } from '@ztw/core';
import * as v from 'valibot';
import { positive, size, text } from './fields.ts';
import { unitNorm } from './initial-values.ts';
import type { LayerDefinition } from './layer-definition.ts';
import { normalise } from './layer-norm.ts';
import { sizesOf } from './shape-checks.ts';

/**
 * The cascade connection: `[n]` -> `[n + classes]`, the previous IC's logits appended after the features.
 * With `layerNorm` the logits are normalised first. Parameters, only then: `${name}.weight` and `${name}.bias`
 * `[classes]`.
 * Source: Zero Time Waste, section 3. The previous logits are constants to the gradient.
 */
export interface CascadeLayer {
  readonly kind: 'cascade';
  readonly name: string;
  readonly classes: number;
  readonly layerNorm: boolean;
  readonly epsilon: number;
}

export const cascade: LayerDefinition<CascadeLayer> = {
  fields: { kind: v.literal('cascade'), name: text, classes: size, layerNorm: v.boolean(), epsilon: positive },
  previousClasses: ({ classes }) => classes,
  outputShape(layer, shape) {
    const [width] = sizesOf(layer, shape, 1, '[features]');
    return [width + layer.classes];
  },
  parameters: ({ layerNorm, classes }) => (layerNorm ? unitNorm(classes) : {}),
  execute({ name, classes, layerNorm, epsilon }, { rows, shape, data }, { previousLogits, parameter }) {
    const [width = 0] = shape;
    if (previousLogits?.length !== rows * classes) {
      throw new InvalidInputError(
        `Expected ${rows} x ${classes} previous logits at the layer "${name}", received ${previousLogits?.length ?? 'none'}.`,
      );
    }
    const appended = layerNorm ? normalise(previousLogits, classes, epsilon, parameter) : previousLogits;
    const output = new Float32Array(rows * (width + classes));
    for (let row = 0; row < rows; row++) {
      output.set(data.subarray(row * width, (row + 1) * width), row * (width + classes));
      output.set(appended.subarray(row * classes, (row + 1) * classes), row * (width + classes) + width);
    }
    return output;
  },
  write({ name, classes, layerNorm, epsilon }, value, { writer, parameter }) {
    const logits = writer.previousLogits(name, classes);
    const appended = layerNorm
      ? writer.layerNorm(logits, { weight: parameter('weight'), bias: parameter('bias'), epsilon })
      : logits;
    return writer.concat(value, appended);
  },
};
