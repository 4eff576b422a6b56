import * as v from 'valibot';
import type { LayerDefinition } from './layer-definition.ts';
import { sizesOf } from './shape-checks.ts';

/** `[tokens, width]` -> `[width]`: mean over the tokens. No parameters. */
export interface MeanTokensLayer {
  readonly kind: 'mean-tokens';
}

export const meanTokens: LayerDefinition<MeanTokensLayer> = {
  fields: { kind: v.literal('mean-tokens') },
  outputShape(layer, shape) {
    const [, width] = sizesOf(layer, shape, 2, '[tokens, width]');
    return [width];
  },
  execute(_layer, { rows, shape, data }) {
    const [tokens = 0, width = 0] = shape;
    const output = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < width; column++) {
        let sum = 0;
        for (let token = 0; token < tokens; token++) sum += data[(row * tokens + token) * width + column] as number;
        output[row * width + column] = sum / tokens;
      }
    }
    return output;
  },
  write: (_layer, value, { writer }) => writer.mean(value),
};
