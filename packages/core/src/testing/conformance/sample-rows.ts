import type { InputBatch } from '../../contract/staged-model.ts';
import type { RowShape } from '../../contract/tensor.ts';
import { rowSize } from '../../inference/row-size.ts';
import { takeRows } from '../../numeric/take-rows.ts';

/** Some rows of an input, as a batch of their own. */
export function sampleRows(input: InputBatch, inputShape: RowShape, rows: readonly number[]): InputBatch {
  return { rows: rows.length, data: takeRows(input.data, rowSize(inputShape), Int32Array.from(rows)) };
}
