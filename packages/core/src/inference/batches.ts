import type { InputBatch } from '../contract/staged-model.ts';
import type { RowShape } from '../contract/tensor.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { rowSize } from './row-size.ts';

/** A part of a larger input: views of its rows, not copies. */
export interface Batch {
  /** Position of the part's first row in the whole. */
  readonly firstRow: number;
  readonly input: InputBatch;
}

/**
 * Cuts an input into batches of at most `batchSize` rows, in order; none where there are no rows.
 * @throws InvalidInputError for a batch size that is not a whole number from 1 on.
 */
export function* batchesOf(input: InputBatch, inputShape: RowShape, batchSize: number): Generator<Batch, void> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidInputError(`Expected a batch size that is a whole number from 1 on; received ${batchSize}.`);
  }
  const size = rowSize(inputShape);
  for (let firstRow = 0; firstRow < input.rows; firstRow += batchSize) {
    const rows = Math.min(batchSize, input.rows - firstRow);
    yield { firstRow, input: { rows, data: input.data.subarray(firstRow * size, (firstRow + rows) * size) } };
  }
}
