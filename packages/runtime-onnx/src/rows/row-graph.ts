// An ONNX graph seen as a function from rows to rows: named tensors whose first axis is the batch, checked on the way
// in and on the way out. Graphs with a fixed batch are fed in pieces, the last one padded, so that callers never
// notice.

import { type FeatureRows, InvalidInputError, InvalidModelError, type RowShape, rowSize } from '@ztw/core';
import type { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';
import { formatShape } from './format-shape.ts';

/** One tensor that goes into or comes out of a row graph. */
export interface RowPort {
  readonly name: string;
  readonly rowShape: RowShape;
  /** float16 travels as bit patterns in a Uint16Array. */
  readonly type: 'float32' | 'float16';
}

export interface RowGraphOptions {
  readonly ort: OnnxRuntime;
  /** A complete ONNX file. */
  readonly bytes: Uint8Array;
  /** For error messages, e.g. `stage 2`. */
  readonly what: string;
  readonly inputs: readonly RowPort[];
  /** Outputs to compute; the graph may have others. */
  readonly outputs: readonly RowPort[];
  /** `dynamic`, or the one number of rows that the graph accepts. */
  readonly batch: 'dynamic' | number;
  readonly settings: SessionSettings;
}

export interface RowGraph {
  /**
   * Runs all rows.
   * @param inputs One array per input port, in order; only read.
   * @param rows At least one.
   * @returns one array per output port, in order, owned by the caller.
   * @throws InvalidInputError for arrays that do not fit, InvalidModelError for outputs that do not,
   *   RuntimeFailureError.
   */
  run(inputs: readonly FeatureRows[], rows: number): Promise<FeatureRows[]>;
  release(): Promise<void>;
}

/**
 * Opens a graph.
 * @throws InvalidModelError when the graph lacks one of the ports or wants another input; RuntimeFailureError.
 */
export async function openRowGraph(options: RowGraphOptions): Promise<RowGraph> {
  const { ort, bytes, what, inputs, outputs, batch, settings } = options;
  if (batch !== 'dynamic' && !(Number.isInteger(batch) && batch >= 1)) {
    throw new InvalidInputError(
      `The batch of ${what} must be 'dynamic' or a whole number of at least 1, not ${batch}.`,
    );
  }
  const session = await openSession(ort, bytes, settings, what);
  const portError = describePortMismatch(inputs, session.inputNames, outputs, session.outputNames);
  if (portError !== null) {
    await session.release();
    throw new InvalidModelError(`The model of ${what} ${portError}`);
  }
  const outputNames = outputs.map((port) => port.name);

  async function runOnce(arrays: readonly FeatureRows[], rows: number): Promise<FeatureRows[]> {
    const feeds: Record<string, Tensor> = {};
    inputs.forEach((port, index) => {
      feeds[port.name] = toTensor(ort, port, arrays[index] as FeatureRows, rows);
    });
    const results = await session.run(feeds, outputNames);
    return outputs.map((port) => fromTensor(results[port.name], port, rows, what));
  }

  async function runInPieces(arrays: readonly FeatureRows[], rows: number, size: number): Promise<FeatureRows[]> {
    const whole = outputs.map((port) => allocate(port, rows));
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      const piece = inputs.map((port, index) =>
        takeRows(arrays[index] as FeatureRows, rowSize(port.rowShape), start, count, size),
      );
      const results = await runOnce(piece, size);
      outputs.forEach((port, index) => {
        const elements = rowSize(port.rowShape);
        (whole[index] as FeatureRows).set(
          (results[index] as FeatureRows).subarray(0, count * elements),
          start * elements,
        );
      });
    }
    return whole;
  }

  return {
    async run(arrays, rows) {
      checkInputs(arrays, inputs, rows, what);
      return batch === 'dynamic' || batch === rows ? runOnce(arrays, rows) : runInPieces(arrays, rows, batch);
    },
    release: () => session.release(),
  };
}

function describePortMismatch(
  inputs: readonly RowPort[],
  inputNames: readonly string[],
  outputs: readonly RowPort[],
  outputNames: readonly string[],
): string | null {
  const expected = inputs.map((port) => port.name);
  const lacking = expected.filter((name) => !inputNames.includes(name));
  const unfed = inputNames.filter((name) => !expected.includes(name));
  if (lacking.length > 0 || unfed.length > 0) {
    return `should take the inputs ${expected.join(', ')}, but it takes ${inputNames.join(', ')}.`;
  }
  const missing = outputs.filter((port) => !outputNames.includes(port.name)).map((port) => port.name);
  return missing.length > 0 ? `should return ${missing.join(', ')}, but it returns ${outputNames.join(', ')}.` : null;
}

function checkInputs(arrays: readonly FeatureRows[], ports: readonly RowPort[], rows: number, what: string): void {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new InvalidInputError(`${what} needs a whole number of rows, at least 1, but got ${rows}.`);
  }
  if (arrays.length !== ports.length) {
    throw new InvalidInputError(`${what} takes ${ports.length} input tensor(s), but got ${arrays.length}.`);
  }
  ports.forEach((port, index) => {
    const array = arrays[index] as FeatureRows;
    const fits = port.type === 'float16' ? array instanceof Uint16Array : array instanceof Float32Array;
    const expected = rows * rowSize(port.rowShape);
    if (!fits || array.length !== expected) {
      throw new InvalidInputError(
        `Input "${port.name}" of ${what} takes ${expected} ${port.type} values (${rows} row(s) of ${formatShape(port.rowShape)}` +
          `${port.type === 'float16' ? ', bit patterns in a Uint16Array' : ''}), but got ${array.length} in a ${array.constructor.name}.`,
      );
    }
  });
}

function toTensor(ort: OnnxRuntime, port: RowPort, data: FeatureRows, rows: number): Tensor {
  const dims = [rows, ...port.rowShape];
  // The constructor's overloads tie each element type to its own array type, so the two cases are spelled out.
  return data instanceof Float32Array ? new ort.Tensor('float32', data, dims) : new ort.Tensor('float16', data, dims);
}

function fromTensor(tensor: Tensor | undefined, port: RowPort, rows: number, what: string): FeatureRows {
  if (tensor === undefined || tensor.type !== port.type || !sameDims(tensor.dims, rows, port.rowShape)) {
    const received = tensor === undefined ? 'nothing' : `${tensor.type} ${formatShape(tensor.dims)}`;
    throw new InvalidModelError(
      `Output "${port.name}" of ${what} should be ${port.type} ${formatShape([rows, ...port.rowShape])}, but it is ${received}.`,
    );
  }
  const data = tensor.data;
  if (data instanceof Float32Array || data instanceof Uint16Array) {
    return data;
  }
  // Engines that have Float16Array get float16 in one.
  const { buffer, byteOffset, length } = data as ArrayBufferView & { readonly length: number };
  return new Uint16Array(buffer, byteOffset, length);
}

function sameDims(dims: readonly number[], rows: number, rowShape: RowShape): boolean {
  return (
    dims.length === rowShape.length + 1 && dims[0] === rows && rowShape.every((size, axis) => dims[axis + 1] === size)
  );
}

function allocate(port: RowPort, rows: number): FeatureRows {
  const length = rows * rowSize(port.rowShape);
  return port.type === 'float16' ? new Uint16Array(length) : new Float32Array(length);
}

/**
 * `count` rows from `start`, as a view where they fill the batch, else copied and padded with repeats of the last one.
 */
function takeRows(source: FeatureRows, elements: number, start: number, count: number, size: number): FeatureRows {
  const rows = source.subarray(start * elements, (start + count) * elements);
  if (count === size) {
    return rows;
  }
  const padded = source instanceof Float32Array ? new Float32Array(size * elements) : new Uint16Array(size * elements);
  padded.set(rows);
  const last = rows.subarray((count - 1) * elements);
  for (let row = count; row < size; row += 1) {
    padded.set(last, row * elements);
  }
  return padded;
}
