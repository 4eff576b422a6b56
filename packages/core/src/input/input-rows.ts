// Selecting rows of a batch in all its inputs at once. Batches here are in the named form and checked.

import type { InputTensor, NamedInputBatch } from '../contract/input.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { joinRows, rowSize, takeRows } from '../numeric/rows.ts';

/** A part of a larger input: views of its rows, not copies. */
export interface Batch {
  /** Position of the part's first row in the whole. */
  readonly firstRow: number;
  readonly input: NamedInputBatch;
}

/**
 * Splits an input into batches of at most `batchSize` rows, in order; none if there are no rows.
 * @throws InvalidInputError for a batch size that is not a whole number of at least 1.
 */
export function* batchesOf(input: NamedInputBatch, batchSize: number): Generator<Batch, void> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidInputError(`Expected a whole number of at least 1 as the batch size; received ${batchSize}.`, {
      expected: 'a whole number of at least 1',
      received: batchSize,
      path: 'batchSize',
    });
  }
  for (let firstRow = 0; firstRow < input.rows; firstRow += batchSize) {
    yield { firstRow, input: sliceInput(input, firstRow, Math.min(firstRow + batchSize, input.rows)) };
  }
}

/** The rows from `start` to `end`, `end` excluded: views, not copies. */
export function sliceInput(input: NamedInputBatch, start: number, end: number): NamedInputBatch {
  return mapTensors(input, end - start, ({ data, rowShape }) => {
    const size = rowSize(rowShape);
    return data.subarray(start * size, end * size);
  });
}

/** Copies the named rows, in the given order. */
export function takeInputRows(input: NamedInputBatch, kept: Int32Array): NamedInputBatch {
  return mapTensors(input, kept.length, ({ data, rowShape }) => takeRows(data, rowSize(rowShape), kept));
}

/** A copy that shares no memory with the original. */
export function copyInput(input: NamedInputBatch): NamedInputBatch {
  return mapTensors(input, input.rows, ({ data }) => data.slice());
}

/** Concatenates the rows of one or more batches. All have the same inputs and lengths of free axes. */
export function joinInputs([first, ...others]: readonly [NamedInputBatch, ...NamedInputBatch[]]): NamedInputBatch {
  const rows = others.reduce((sum, input) => sum + input.rows, first.rows);
  return mapTensors(first, rows, ({ data }, name) =>
    joinRows([data, ...others.map(({ inputs }) => (inputs[name] as InputTensor).data)]),
  );
}

function mapTensors(
  input: NamedInputBatch,
  rows: number,
  change: (tensor: InputTensor, name: string) => InputTensor['data'],
): NamedInputBatch {
  const changed = Object.entries(input.inputs).map(([name, tensor]) => {
    return [name, { data: change(tensor, name), rowShape: tensor.rowShape }] as const;
  });
  return { rows, inputs: Object.fromEntries(changed) };
}
