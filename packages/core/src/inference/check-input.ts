import type { InputBatch } from '../contract/staged-model.ts';
import type { RowShape } from '../contract/tensor.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { firstNotFinite } from '../numeric/first-not-finite.ts';
import { rowSize } from './row-size.ts';

/**
 * The check that every runtime's `load` makes: at least one row, of the right size, without NaN or infinite values.
 * @throws InvalidInputError
 */
export function checkInputBatch(input: InputBatch, inputShape: RowShape): void {
  checkRowCount(input, inputShape);
  if (input.rows === 0) {
    throw new InvalidInputError('Expected at least one row of input; received none. Leave empty batches out.');
  }
  const position = firstNotFinite(input.data);
  if (position >= 0) {
    const row = Math.floor(position / rowSize(inputShape));
    throw new InvalidInputError(
      `Expected finite input values; row ${row} holds ${input.data[position]}. Check the data and its preprocessing.`,
    );
  }
}

/**
 * Checks that the data is float32 and as long as its rows say; zero rows are fine.
 * @throws InvalidInputError
 */
export function checkRowCount(input: InputBatch, inputShape: RowShape): void {
  const { data, rows } = input;
  if (!Number.isInteger(rows) || rows < 0) {
    throw new InvalidInputError(`Expected a whole number of input rows, 0 or more; received ${rows}.`);
  }
  checkFloat32(data, 'input values');
  const expected = rows * rowSize(inputShape);
  if (data.length !== expected) {
    throw new InvalidInputError(
      `Expected ${expected} input values for ${rows} rows of shape [${inputShape.join(', ')}]; received ${data.length}.`,
    );
  }
}

/**
 * Runtimes differ in what else they would take, and in what they would make of it.
 * @param what For the message: `input values`.
 * @throws InvalidInputError for anything but a Float32Array, naming what came.
 */
export function checkFloat32(data: unknown, what: string): asserts data is Float32Array {
  // By its tag: an array of another frame or worker has another class.
  const kind = Object.prototype.toString.call(data).slice(8, -1);
  if (kind !== 'Float32Array') {
    throw new InvalidInputError(
      `Expected ${what} as a Float32Array; received ${kind}. Convert them: Float32Array.from(values).`,
    );
  }
}
