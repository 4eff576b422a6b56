// The safetensors format, as far as weights need it: named float32 tensors.
// Eight bytes of header length (little-endian), a JSON header, then the values of all tensors without gaps.

import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import { firstNotFinite, type Parameter, parseJson } from '@ztw/core/runtime';

const LENGTH_BYTES = 8;
const FLOAT_BYTES = 4;
const METADATA = '__metadata__';

interface Entry {
  readonly dtype: 'F32';
  readonly shape: readonly number[];
  /** First byte, and the byte after the last, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

/** Texts that a file carries beside its tensors. */
export type SafetensorsMetadata = Readonly<Record<string, string>>;

/**
 * Writes tensors in the order of their names, so that the same tensors give the same bytes.
 * @param metadata Written before them; readers that do not know it pass over it. Default: none.
 * @throws InvalidInputError for a shape that does not fit its data, a value that is not finite, or a reserved name.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Parameter>,
  metadata: SafetensorsMetadata = {},
): Uint8Array {
  const sorted = [...tensors].sort(([left], [right]) => (left < right ? -1 : 1));
  const entries: [string, Entry][] = [];
  let dataBytes = 0;
  for (const [name, { shape, data }] of sorted) {
    if (name === METADATA || name === '') {
      throw new InvalidInputError(`"${name}" cannot be the name of a tensor; choose another.`);
    }
    if (!isShape(shape) || elementsOf(shape) !== data.length) {
      throw new InvalidInputError(
        `Tensor ${name} has shape [${shape}] and ${data.length} values; expected them to fit.`,
      );
    }
    const position = firstNotFinite(data);
    if (position >= 0) {
      throw new InvalidInputError(`Tensor ${name} holds ${data[position]} at ${position}; weights must be finite.`);
    }
    const end = dataBytes + data.length * FLOAT_BYTES;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [dataBytes, end] }]);
    dataBytes = end;
  }
  const texts = Object.keys(metadata).length === 0 ? {} : { [METADATA]: metadata };
  const json = new TextEncoder().encode(JSON.stringify({ ...texts, ...Object.fromEntries(entries) }));
  // Trailing spaces are part of the format: they align the values.
  const headerBytes = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes).fill(
    0x20,
    LENGTH_BYTES,
    LENGTH_BYTES + headerBytes,
  );
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/**
 * Reads tensors. The arrays are copies; the file's bytes may be dropped.
 * @throws InvalidBundleError for anything but a complete file of finite float32 tensors that fill it without gap or
 *   overlap.
 */
export function decodeSafetensors(file: Uint8Array): Map<string, Parameter> {
  const { entries, dataStart } = readHeader(file);
  const dataBytes = file.length - dataStart;
  // Empty tensors start where others do; they come first.
  const inOrder = entries.toSorted(
    ([, { data_offsets: left }], [, { data_offsets: right }]) => left[0] - right[0] || left[1] - right[1],
  );
  let expectedStart = 0;
  for (const [
    name,
    {
      shape,
      data_offsets: [start, end],
    },
  ] of inOrder) {
    if (start !== expectedStart || end - start !== elementsOf(shape) * FLOAT_BYTES || end > dataBytes) {
      throw invalid(
        `tensor ${name} of shape [${shape}] claims bytes ${start} to ${end} of ${dataBytes}; expected ${elementsOf(shape) * FLOAT_BYTES} bytes from ${expectedStart} on`,
      );
    }
    expectedStart = end;
  }
  if (expectedStart !== dataBytes) {
    throw invalid(`its tensors end at byte ${expectedStart}, the file at ${dataBytes}`);
  }
  return new Map(
    entries.map(
      ([
        name,
        {
          shape,
          data_offsets: [start, end],
        },
      ]) => {
        // Copied by a new array: the `slice` of Node's Buffer is a view.
        const bytes = new Uint8Array(file.subarray(dataStart + start, dataStart + end));
        const data = new Float32Array(bytes.buffer);
        const position = firstNotFinite(data);
        if (position >= 0)
          throw invalid(`tensor ${name} holds ${data[position]} at ${position}; weights must be finite`);
        return [name, { shape, data }];
      },
    ),
  );
}

/**
 * Reads the texts that a file carries beside its tensors; empty where there are none.
 * @throws InvalidBundleError for a header that is damaged.
 */
export function decodeSafetensorsMetadata(file: Uint8Array): SafetensorsMetadata {
  const { metadata } = readHeader(file);
  if (metadata === undefined) return {};
  const isTexts =
    typeof metadata === 'object' &&
    metadata !== null &&
    Object.values(metadata).every((value) => typeof value === 'string');
  if (!isTexts) throw invalid('its metadata are no texts by name');
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
    throw invalid(`its header claims ${headerBytes} bytes, the file has ${file.length}; it may be cut short`);
  }
  const dataStart = LENGTH_BYTES + Number(headerBytes);
  const header = parseJson(file.subarray(LENGTH_BYTES, dataStart), (reason, cause) =>
    invalid(`its header is ${reason}`, cause),
  );
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw invalid('its header is no object');
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

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function invalid(reason: string, cause?: unknown): InvalidBundleError {
  return new InvalidBundleError(`Not a valid safetensors file: ${reason}.`, { cause });
}
