import type { RowShape } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import * as v from 'valibot';
import { text } from './fields.ts';
import { mixingWeight } from './initial-values.ts';
import type { LayerDefinition, LayerWriting } from './layer-definition.ts';
import type { WrittenValue } from './layer-writer.ts';
import { misfit, sizesOf } from './shape-checks.ts';

/** The learned half of a mixed pool: `[2, C, h, w]` -> `[C, h, w]`. Parameters: `${name}.alpha` `[1]`. */
export interface PoolMixLayer {
  readonly kind: 'pool-mix';
  readonly name: string;
}

export const poolMix: LayerDefinition<PoolMixLayer> = {
  fields: { kind: v.literal('pool-mix'), name: text },
  outputShape(layer, shape) {
    const [pools, channels, height, width] = sizesOf(layer, shape, 4, '[2, channels, height, width]');
    if (pools !== 2) throw misfit(layer, shape, '[2, channels, height, width]');
    return [channels, height, width];
  },
  parameters: () => ({ alpha: mixingWeight }),
  execute: (_layer, { rows, data }, { outputShape, parameter }) => mix(data, rows, outputShape, parameter('alpha')),
  write(layer, value, writing) {
    const { writer } = writing;
    return writeMix(layer.name, { maximum: writer.take(value, 0), average: writer.take(value, 1) }, writing);
  },
};

/**
 * `alpha * maxima + (1 - alpha) * averages`
 * @param data `[rows, 2, ...outputShape]`
 */
export function mix(data: Float32Array, rows: number, outputShape: RowShape, [alpha = 0]: Float32Array): Float32Array {
  const half = rowSize(outputShape);
  const output = new Float32Array(rows * half);
  for (let row = 0; row < rows; row++) {
    for (let position = 0; position < half; position++) {
      const maximum = data[row * 2 * half + position] as number;
      const average = data[row * 2 * half + half + position] as number;
      output[row * half + position] = alpha * maximum + (1 - alpha) * average;
    }
  }
  return output;
}

/** The same as tensor operations. */
export function writeMix<Value extends WrittenValue>(
  layerName: string,
  { maximum, average }: { readonly maximum: Value; readonly average: Value },
  { writer, parameter }: LayerWriting<Value>,
): Value {
  const alpha = parameter('alpha');
  const oneMinusAlpha = {
    name: `${layerName}.oneMinusAlpha`,
    shape: [1],
    data: alpha.data.map((value) => 1 - value),
  };
  return writer.add(writer.multiply(maximum, alpha), writer.multiply(average, oneMinusAlpha));
}
