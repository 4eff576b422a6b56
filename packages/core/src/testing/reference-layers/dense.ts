import type { DenseLayer, HeadParameters } from '../../contract/head.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { parameterValues, type RowValues, shapeOfRank } from './row-values.ts';

/** `W x + b`, `[inFeatures]` -> `[outFeatures]`. */
export function dense(layer: DenseLayer, parameters: HeadParameters, values: RowValues): RowValues {
  const { rows, data } = values;
  const { inFeatures, outFeatures } = layer;
  const [width] = shapeOfRank(values.shape, 1, layer.name);
  if (width !== inFeatures) {
    throw new InvalidInputError(`Expected ${inFeatures} features at the layer "${layer.name}", received ${width}.`);
  }
  const weight = parameterValues(parameters, `${layer.name}.weight`, [outFeatures, inFeatures]);
  const bias = parameterValues(parameters, `${layer.name}.bias`, [outFeatures]);
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
  return { rows, shape: [outFeatures], data: output };
}
