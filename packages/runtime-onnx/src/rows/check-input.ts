import { type InputBatch, InvalidInputError, type RowShape } from '@ztw/core';
import { elementCount, formatShape } from './row-shape.ts';

/**
 * Checks input rows: their number, the length of the data, and that every value is finite (ONNX Runtime turns NaN into NaN silently).
 * @throws InvalidInputError
 */
export function checkInput(input: InputBatch, inputShape: RowShape): void {
  const { data, rows } = input;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new InvalidInputError(`An input batch needs a whole number of rows, at least 1, but got ${rows}.`);
  }
  const elements = elementCount(inputShape);
  if (!(data instanceof Float32Array) || data.length !== rows * elements) {
    throw new InvalidInputError(
      `An input of ${rows} row(s) of shape ${formatShape(inputShape)} takes a Float32Array of ${rows * elements} values, ` +
        `but got ${describeValues(data)}.`,
    );
  }
  // One pass without branches: 0 * x is 0 for every finite x, and NaN for the others.
  let sum = 0;
  for (let position = 0; position < data.length; position += 1) {
    sum += 0 * (data[position] as number);
  }
  if (sum !== 0) {
    const position = data.findIndex((value) => !Number.isFinite(value));
    throw new InvalidInputError(
      `Input values must be finite, but row ${Math.floor(position / elements)} holds ${data[position]} at element ${position % elements}.`,
    );
  }
}

/** For callers without types too: what came instead of the expected array. */
function describeValues(data: unknown): string {
  return ArrayBuffer.isView(data) || Array.isArray(data)
    ? `${(data as ArrayLike<unknown>).length} in a ${data.constructor.name}`
    : String(data);
}
