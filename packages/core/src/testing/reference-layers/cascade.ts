import type { CascadeLayer, HeadParameters } from '../../contract/head.ts';
import { InvalidInputError } from '../../errors/errors.ts';
import { layerNorm } from './layer-norm.ts';
import { type RowValues, shapeOfRank } from './row-values.ts';

/**
 * `[n]` -> `[n + classes]`: the previous logits, normalised where the layer says so, after the features.
 * @param previousLogits `[rows, classes]`
 */
export function cascade(
  layer: CascadeLayer,
  parameters: HeadParameters,
  values: RowValues,
  previousLogits: Float32Array | null,
): RowValues {
  const { rows, data } = values;
  const { classes } = layer;
  const [width] = shapeOfRank(values.shape, 1, layer.name);
  if (previousLogits?.length !== rows * classes) {
    throw new InvalidInputError(
      `Expected ${rows} x ${classes} previous logits at the layer "${layer.name}", received ${previousLogits?.length ?? 'none'}.`,
    );
  }
  const logits: RowValues = { rows, shape: [classes], data: previousLogits };
  const appended = layer.layerNorm ? layerNorm({ ...layer, size: classes }, parameters, logits) : logits;
  const output = new Float32Array(rows * (width + classes));
  for (let row = 0; row < rows; row++) {
    output.set(data.subarray(row * width, (row + 1) * width), row * (width + classes));
    output.set(appended.data.subarray(row * classes, (row + 1) * classes), row * (width + classes) + width);
  }
  return { rows, shape: [width + classes], data: output };
}
