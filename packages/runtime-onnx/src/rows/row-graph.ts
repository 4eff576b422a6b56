// An ONNX graph as a function from rows to rows. Its tensors have names, and their first axis is the batch; inputs and
// outputs are checked. A graph with a fixed batch is fed in pieces, the last one padded, so that callers see no
// difference.

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

/** One input or output tensor of a row graph. */
export interface RowPort {
  readonly name: string;
  /** A free axis takes any length. */
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
 * @throws InvalidModelError when the graph lacks one of the ports or has another input; RuntimeFailureError.
 */
export async function openRowGraph(options: RowGraphOptions): Promise<RowGraph> {
  const { ort, bytes, what, inputs, outputs, batch, settings } = options;
  if (batch !== 'dynamic' && !(Number.isInteger(batch) && batch >= 1)) {
    throw new InvalidInputError(
      `Expected 'dynamic' or a whole number from 1 on as the batch of ${what}; received ${batch}. Use the batch of the model file.`,
      { expected: "'dynamic' or a whole number from 1 on", received: batch, path: what },
    );
  }
  const session = await openSession(ort, bytes, settings, what);
  const mismatch = findPortMismatch(inputs, session.inputNames, outputs, session.outputNames);
  if (mismatch !== null) {
    await session.release();
    const { ports, expected, received } = mismatch;
    throw new InvalidModelError(
      `Expected the ${ports} ${expected.join(', ')} in the model of ${what}; received ${received.join(', ')}. ` +
        'Use a model and a description that were made together.',
      { expected, received, path: what },
    );
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

interface PortMismatch {
  readonly ports: 'inputs' | 'outputs';
  readonly expected: readonly string[];
  readonly received: readonly string[];
}

/** Inputs must be the same; the model may have further outputs. */
function findPortMismatch(
  inputs: readonly RowPort[],
  inputNames: readonly string[],
  outputs: readonly RowPort[],
  outputNames: readonly string[],
): PortMismatch | null {
  const fed = inputs.map((port) => port.name);
  const read = outputs.map((port) => port.name);
  if (fed.some((name) => !inputNames.includes(name)) || inputNames.some((name) => !fed.includes(name))) {
    return { ports: 'inputs', expected: fed, received: inputNames };
  }
  if (read.some((name) => !outputNames.includes(name))) {
    return { ports: 'outputs', expected: read, received: outputNames };
  }
  return null;
}

function checkInputs(tensors: readonly InputTensor[], ports: readonly RowPort[], rows: number, what: string): void {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new InvalidInputError(
      `Expected a whole number of rows, at least 1, for ${what}; received ${rows}. Leave empty batches out.`,
      { expected: 'a whole number from 1 on', received: rows, path: what },
    );
  }
  if (tensors.length !== ports.length) {
    throw new InvalidInputError(
      `Expected ${ports.length} input tensor(s) for ${what}; received ${tensors.length}. Pass one for each input.`,
      { expected: ports.length, received: tensors.length, path: what },
    );
  }
  ports.forEach((port, index) => {
    const { data, rowShape } = tensors[index] as InputTensor;
    const expected = rows * rowSize(rowShape);
    if (!fitsShape(rowShape, port.rowShape) || !(data instanceof inputArrays[port.type]) || data.length !== expected) {
      const bits = port.type === 'float16' ? ', bit patterns in a Uint16Array' : '';
      throw new InvalidInputError(
        `Expected ${expected} ${port.type} values (${rows} row(s) of ${formatShape(port.rowShape)}${bits}) as input "${port.name}" of ` +
          `${what}; received ${data.length} in a ${data.constructor.name}. Pass rows of that shape and type.`,
        {
          expected: { type: port.type, rowShape: port.rowShape, length: expected },
          received: { array: data.constructor.name, rowShape, length: data.length },
          path: port.name,
        },
      );
    }
  });
}

function toOrtTensor(ort: OnnxRuntime, { type }: RowPort, { data, rowShape }: InputTensor, rows: number): Tensor {
  // The overloads of the constructor tie each element type to its array class. `checkInputs` has checked that.
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
      `Expected ${port.type} ${formatShape([rows, ...port.rowShape])} as output "${port.name}" of ${what}; received ${received}. ` +
        'Use a model and a description that were made together.',
      { expected: { type: port.type, dims: [rows, ...port.rowShape] }, received, path: port.name },
    );
  }
  const data = tensor.data as InputValues;
  if (data instanceof inputArrays[port.type]) return { data, rowShape };
  // JavaScript engines that have Float16Array receive float16 in one.
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
 * `count` rows from `start`. A view where they fill the batch; otherwise a copy, padded with repeats of the last row.
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

/** Copies values. Both arrays have the same class. */
function copyValues(source: InputValues, target: InputValues, offset: number): void {
  (target as Float32Array).set(source as Float32Array, offset);
}
