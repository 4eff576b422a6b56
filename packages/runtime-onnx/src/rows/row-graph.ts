// An ONNX graph seen as a function from rows to rows: named tensors whose first axis is the batch, checked on the way
// in and on the way out. Graphs with a fixed batch are fed in pieces, the last one padded, so that callers never
// notice.

import {
  type FreeShape,
  type InputTensor,
  type InputType,
  type InputValues,
  InvalidInputError,
  InvalidModelError,
} from '@ztw/core';
import { arrayLike, inputArrays, rowSize } from '@ztw/core/runtime';
import type { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { openSession } from '../ort/ort-session.ts';

/** One tensor that goes into or comes out of a row graph. */
export interface RowPort {
  readonly name: string;
  /** Free axes take any length. */
  readonly rowShape: FreeShape;
  readonly type: InputType;
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
   * @param inputs One tensor per input port, in order; only read.
   * @param rows At least one.
   * @returns one tensor per output port, in order, owned by the caller.
   * @throws InvalidInputError for tensors that do not fit, InvalidModelError for outputs that do not,
   *   RuntimeFailureError.
   */
  run(inputs: readonly InputTensor[], rows: number): Promise<InputTensor[]>;
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

  async function runOnce(tensors: readonly InputTensor[], rows: number): Promise<InputTensor[]> {
    const feeds: Record<string, Tensor> = {};
    inputs.forEach((port, index) => {
      feeds[port.name] = toOrtTensor(ort, port, tensors[index] as InputTensor, rows);
    });
    const results = await session.run(feeds, outputNames);
    return outputs.map((port) => fromOrtTensor(results[port.name], port, rows, what));
  }

  async function runInPieces(tensors: readonly InputTensor[], rows: number, size: number): Promise<InputTensor[]> {
    let whole: InputTensor[] | null = null;
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      const results = await runOnce(
        tensors.map((tensor) => pieceOf(tensor, start, count, size)),
        size,
      );
      whole ??= results.map(({ data, rowShape }) => ({ data: arrayLike(data, rows * rowSize(rowShape)), rowShape }));
      whole.forEach(({ data, rowShape }, index) => {
        const elements = rowSize(rowShape);
        copyValues((results[index] as InputTensor).data.subarray(0, count * elements), data, start * elements);
      });
    }
    return whole ?? [];
  }

  return {
    async run(tensors, rows) {
      checkInputs(tensors, inputs, rows, what);
      return batch === 'dynamic' || batch === rows ? runOnce(tensors, rows) : runInPieces(tensors, rows, batch);
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

function checkInputs(tensors: readonly InputTensor[], ports: readonly RowPort[], rows: number, what: string): void {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new InvalidInputError(`${what} needs a whole number of rows, at least 1, but got ${rows}.`);
  }
  if (tensors.length !== ports.length) {
    throw new InvalidInputError(`${what} takes ${ports.length} input tensor(s), but got ${tensors.length}.`);
  }
  ports.forEach((port, index) => {
    const { data, rowShape } = tensors[index] as InputTensor;
    const expected = rows * rowSize(rowShape);
    if (!fitsShape(rowShape, port.rowShape) || !(data instanceof inputArrays[port.type]) || data.length !== expected) {
      const bits = port.type === 'float16' ? ', bit patterns in a Uint16Array' : '';
      throw new InvalidInputError(
        `Input "${port.name}" of ${what} takes ${expected} ${port.type} values (${rows} row(s) of ${formatShape(port.rowShape)}` +
          `${bits}), but got ${data.length} in a ${data.constructor.name}.`,
      );
    }
  });
}

function toOrtTensor(ort: OnnxRuntime, { type }: RowPort, { data, rowShape }: InputTensor, rows: number): Tensor {
  // The constructor's overloads tie each element type to its own array class; `checkInputs` has done the same.
  return new ort.Tensor(type as 'float32', data as Float32Array, [rows, ...rowShape]);
}

function fromOrtTensor(tensor: Tensor | undefined, port: RowPort, rows: number, what: string): InputTensor {
  const rowShape = tensor?.dims.slice(1) ?? [];
  if (
    tensor === undefined ||
    tensor.type !== port.type ||
    tensor.dims[0] !== rows ||
    !fitsShape(rowShape, port.rowShape)
  ) {
    const received = tensor === undefined ? 'nothing' : `${tensor.type} ${formatShape(tensor.dims)}`;
    throw new InvalidModelError(
      `Output "${port.name}" of ${what} should be ${port.type} ${formatShape([rows, ...port.rowShape])}, but it is ${received}.`,
    );
  }
  const data = tensor.data as InputValues;
  if (data instanceof inputArrays[port.type]) return { data, rowShape };
  // Engines that have Float16Array get float16 in one.
  return { data: new Uint16Array(data.buffer, data.byteOffset, data.length), rowShape };
}

function fitsShape(rowShape: readonly number[], free: FreeShape): boolean {
  return (
    rowShape.length === free.length &&
    free.every((length, axis) => typeof length === 'string' || length === rowShape[axis])
  );
}

/** `[3, 32, 32]`, for messages. */
function formatShape(shape: FreeShape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * `count` rows from `start`, as a view where they fill the batch, else copied and padded with repeats of the last one.
 */
function pieceOf({ data, rowShape }: InputTensor, start: number, count: number, size: number): InputTensor {
  const elements = rowSize(rowShape);
  const rows = data.subarray(start * elements, (start + count) * elements);
  if (count === size) return { data: rows, rowShape };
  const padded = arrayLike(data, size * elements);
  copyValues(rows, padded, 0);
  const last = rows.subarray((count - 1) * elements);
  for (let row = count; row < size; row += 1) copyValues(last, padded, row * elements);
  return { data: padded, rowShape };
}

/** Both are of one class. */
function copyValues(source: InputValues, target: InputValues, offset: number): void {
  (target as Float32Array).set(source as Float32Array, offset);
}
