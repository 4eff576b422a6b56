import * as v from 'valibot';
import { size, text } from './fields.ts';
import { kaimingUniform } from './initial-values.ts';
import type { LayerDefinition } from './layer-definition.ts';
import { misfit, sizesOf } from './shape-checks.ts';

/** `W x + b`. Parameters: `${name}.weight` `[outFeatures, inFeatures]`, `${name}.bias` `[outFeatures]`. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

export const dense: LayerDefinition<DenseLayer> = {
  fields: { kind: v.literal('dense'), name: text, inFeatures: size, outFeatures: size },
  outputShape(layer, shape) {
    const [width] = sizesOf(layer, shape, 1, '[features]');
    if (width !== layer.inFeatures) throw misfit(layer, shape, `[${layer.inFeatures}]`);
    return [layer.outFeatures];
  },
  parameters({ inFeatures, outFeatures }) {
    const initial = kaimingUniform(inFeatures);
    return { weight: { shape: [outFeatures, inFeatures], initial }, bias: { shape: [outFeatures], initial } };
  },
  macs: ({ inFeatures, outFeatures }) => inFeatures * outFeatures,
  execute({ inFeatures, outFeatures }, { rows, data }, { parameter }) {
    const weight = parameter('weight');
    const bias = parameter('bias');
    const output = new Float32Array(rows * outFeatures);
    for (let row = 0; row < rows; row++) {
      for (let out = 0; out < outFeatures; out++) {
        let sum = bias[out] as number;
        for (let feature = 0; feature < inFeatures; feature++) {
          sum += (weight[out * inFeatures + feature] as number) * (data[row * inFeatures + feature] as number);
        }
        output[row * outFeatures + out] = sum;
      }
    }
    return output;
  },
  write: (_layer, value, { writer, parameter }) =>
    writer.dense(value, { weight: parameter('weight'), bias: parameter('bias') }),
};
