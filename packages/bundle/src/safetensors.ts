// The part of the safetensors format that weights need: named float32 tensors. A file is eight bytes of header length
// (little-endian), a JSON header, and the values of all tensors without gaps.

import { InvalidInputError } from '@ztw/core';
import { firstNotFinite, type Parameter } from '@ztw/core/runtime';
import {
  type Entry,
  elementsOf,
  FLOAT_BYTES,
  isShape,
  LENGTH_BYTES,
  METADATA,
  openSafetensors,
  type SafetensorsMetadata,
} from './open-safetensors.ts';

/**
 * Writes tensors sorted by name, so that the same tensors give the same bytes.
 * @param metadata Written in the header; readers may ignore it. Default: none.
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
      throw new InvalidInputError(`Expected the name of a tensor; received "${name}". Choose another name.`, {
        received: name,
      });
    }
    if (!isShape(shape) || elementsOf(shape) !== data.length) {
      throw new InvalidInputError(
        `Expected the values of tensor ${name} to fill its shape [${shape}]; received ${data.length} values.`,
        { expected: shape, received: data.length, path: name },
      );
    }
    const position = firstNotFinite(data);
    if (position >= 0) {
      throw new InvalidInputError(
        `Expected finite weights; received ${data[position]} at position ${position} of tensor ${name}.`,
        { expected: 'finite values', received: data[position], path: name },
      );
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
 * Reads all tensors. The arrays are copies, so the file's bytes can be released.
 * @throws InvalidBundleError unless the file is complete and its finite float32 tensors fill it without gap or overlap.
 */
export function decodeSafetensors(file: Uint8Array): Map<string, Parameter> {
  const { tensors, read } = openSafetensors(file);
  return new Map([...tensors.keys()].map((name) => [name, read(name)]));
}

/**
 * Reads the metadata of a file; empty if there is none.
 * @throws InvalidBundleError for a damaged file.
 */
export function decodeSafetensorsMetadata(file: Uint8Array): SafetensorsMetadata {
  return openSafetensors(file).metadata();
}
