// Reads a safetensors file tensor by tensor, so that loading never holds all values twice.

import { InvalidBundleError } from '@ztw/core';
import { firstNotFinite, type Parameter, parseJson } from '@ztw/core/runtime';

export const LENGTH_BYTES = 8;
export const FLOAT_BYTES = 4;
export const METADATA = '__metadata__';

/** A tensor in the header of a file. */
export interface Entry {
  readonly dtype: 'F32';
  readonly shape: readonly number[];
  /** First byte and end (exclusive), relative to the end of the header. */
  readonly data_offsets: readonly [number, number];
}

/** The metadata of a file: strings by name. */
export type SafetensorsMetadata = Readonly<Record<string, string>>;

/** Where a tensor is in its file. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** First byte in the file. */
  readonly offset: number;
  /** Number of bytes. */
  readonly length: number;
}

/** A checked file. Values are read on demand. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Empty if there is none. @throws InvalidBundleError unless it is an object of strings. */
  metadata(): SafetensorsMetadata;
  /**
   * Copies the values of one tensor.
   * @throws InvalidBundleError for a name that the file lacks, and for a value that is not finite.
   */
  read(name: string): Parameter;
}

/**
 * Checks the header of a file.
 * @param file Kept, not copied.
 * @throws InvalidBundleError unless the file is complete and its float32 tensors fill it without gap or overlap.
 * @example
 * const file = openSafetensors(bytes);
 * const { shape, data } = file.read('head.dense.weight');
 */
export function openSafetensors(file: Uint8Array): SafetensorsFile {
  const { entries, metadata, dataStart } = readHeader(file);
  checkLayout(entries, file.length - dataStart);
  const tensors = new Map(
    entries.map(([name, { shape, data_offsets }]): [string, StoredTensor] => {
      const [start, end] = data_offsets;
      return [name, { shape, offset: dataStart + start, length: end - start }];
    }),
  );
  return {
    tensors,
    metadata: () => checkMetadata(metadata),
    read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw invalid(`it has no tensor ${name}`);
      const { shape, offset, length } = tensor;
      // A new array makes a copy; `slice` of a Node Buffer returns a view.
      const data = new Float32Array(new Uint8Array(file.subarray(offset, offset + length)).buffer);
      const position = firstNotFinite(data);
      if (position >= 0) throw invalid(`tensor ${name} holds ${data[position]} at ${position}; weights must be finite`);
      return { shape, data };
    },
  };
}

function checkLayout(entries: readonly (readonly [string, Entry])[], dataBytes: number): void {
  // An empty tensor has the same start as the tensor after it, so it must come first.
  const inOrder = entries.toSorted(
    ([, { data_offsets: left }], [, { data_offsets: right }]) => left[0] - right[0] || left[1] - right[1],
  );
  let expectedStart = 0;
  for (const [name, { shape, data_offsets }] of inOrder) {
    const [start, end] = data_offsets;
    if (start !== expectedStart || end - start !== elementsOf(shape) * FLOAT_BYTES || end > dataBytes) {
      throw invalid(
        `tensor ${name} of shape [${shape}] claims bytes ${start} to ${end} of ${dataBytes}; ` +
          `expected ${elementsOf(shape) * FLOAT_BYTES} bytes from ${expectedStart} on`,
      );
    }
    expectedStart = end;
  }
  if (expectedStart !== dataBytes) {
    throw invalid(`its tensors end at byte ${expectedStart}, the file at ${dataBytes}`);
  }
}

function checkMetadata(metadata: unknown): SafetensorsMetadata {
  if (metadata === undefined) return {};
  const isTexts =
    typeof metadata === 'object' &&
    metadata !== null &&
    Object.values(metadata).every((value) => typeof value === 'string');
  if (!isTexts) throw invalid('its metadata is not an object of strings');
  return metadata as SafetensorsMetadata;
}

interface Header {
  readonly entries: [string, Entry][];
  readonly metadata: unknown;
  readonly dataStart: number;
}

function readHeader(file: Uint8Array): Header {
  if (file.length < LENGTH_BYTES) throw invalid(`it has ${file.length} bytes, too few for a header`);
  const headerBytes = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (headerBytes > BigInt(file.length - LENGTH_BYTES)) {
    throw invalid(`its header claims ${headerBytes} bytes, the file has ${file.length}; the file may be cut short`);
  }
  const dataStart = LENGTH_BYTES + Number(headerBytes);
  const header = parseJson(file.subarray(LENGTH_BYTES, dataStart), (reason, cause) =>
    invalid(`its header is ${reason}`, cause),
  );
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw invalid('its header is not an object');
  const { [METADATA]: metadata, ...tensors } = header as Record<string, unknown>;
  const entries = Object.entries(tensors).map(([name, entry]): [string, Entry] => [name, checkEntry(name, entry)]);
  return { entries, metadata, dataStart };
}

function checkEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Record<keyof Entry, unknown>>;
  if (dtype !== 'F32') throw invalid(`tensor ${name} has dtype ${JSON.stringify(dtype)}; expected "F32"`);
  if (!isShape(shape)) throw invalid(`tensor ${name} has shape ${JSON.stringify(shape)}; expected whole numbers`);
  if (!isShape(offsets) || offsets.length !== 2) {
    throw invalid(`tensor ${name} has data_offsets ${JSON.stringify(offsets)}; expected [start, end]`);
  }
  return { dtype, shape, data_offsets: [offsets[0] as number, offsets[1] as number] };
}

export function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function invalid(reason: string, cause?: unknown): InvalidBundleError {
  return new InvalidBundleError(`Not a valid safetensors file: ${reason}.`, { cause });
}
