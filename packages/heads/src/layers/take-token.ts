import * as v from 'valibot';
import { count } from './fields.ts';
import type { LayerDefinition } from './layer-definition.ts';
import { misfit, sizesOf } from './shape-checks.ts';

/** `[tokens, width]` -> `[width]`: one token, by index. No parameters. */
export interface TakeTokenLayer {
  readonly kind: 'take-token';
  readonly index: number;
}

export const takeToken: LayerDefinition<TakeTokenLayer> = {
  fields: { kind: v.literal('take-token'), index: count },
  outputShape(layer, shape) {
    const [tokens, width] = sizesOf(layer, shape, 2, '[tokens, width]');
    if (layer.index >= tokens) throw misfit(layer, shape, `more than ${layer.index} tokens`);
    return [width];
  },
  execute({ index }, { rows, shape, data }) {
    const [tokens = 0, width = 0] = shape;
    const output = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const start = (row * tokens + index) * width;
      output.set(data.subarray(start, start + width), row * width);
    }
    return output;
  },
  write: ({ index }, value, { writer }) => writer.take(value, index),
};
