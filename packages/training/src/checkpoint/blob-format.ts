// One blob of a checkpoint: a JSON header followed by float32 arrays.
// Layout: 8 bytes of magic, CRC-32 of the rest (uint32, little-endian), the header's length (uint32, little-endian),
// the header, then the bytes of the arrays one after the other, up to the end.

import { StorageError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { crc32 } from './crc32.ts';
import { damagedCheckpoint } from './damaged-checkpoint.ts';

/** Arrays by name. */
export type NamedArrays = Readonly<Record<string, Float32Array>>;

export interface DecodedBlob {
  readonly header: unknown;
  readonly arrays: NamedArrays;
}

/** The last letter is the version; those of version 1 had no checksum. */
const magic = 'ZTWCKPT2';
const family = magic.slice(0, -1);
const checksumStart = magic.length;
const checkedStart = checksumStart + 4;
const headerStart = checkedStart + 4;

/** @param header JSON-safe. */
export function encodeBlob(header: unknown, arrays: NamedArrays): Uint8Array {
  const entries = Object.entries(arrays);
  const json = new TextEncoder().encode(
    JSON.stringify({ header, arrays: entries.map(([name, array]) => [name, array.length]) }),
  );
  const dataStart = headerStart + json.length;
  const blob = new Uint8Array(entries.reduce((size, [, array]) => size + array.byteLength, dataStart));
  const view = new DataView(blob.buffer);
  blob.set(new TextEncoder().encode(magic));
  view.setUint32(checkedStart, json.length, true);
  blob.set(json, headerStart);
  let offset = dataStart;
  for (const [, array] of entries) {
    blob.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  view.setUint32(checksumStart, crc32(blob.subarray(checkedStart)), true);
  return blob;
}

/** The checksum that a blob of `encodeBlob` carries. */
export function checksumOf(blob: Uint8Array): number {
  return new DataView(blob.buffer, blob.byteOffset, blob.byteLength).getUint32(checksumStart, true);
}

/**
 * Reads a blob of `encodeBlob`.
 * @param name Of the blob, for the message.
 * @throws StorageError for any other bytes, even one changed bit.
 */
export function decodeBlob(name: string, blob: Uint8Array): DecodedBlob {
  checkMagic(name, blob);
  if (crc32(blob.subarray(checkedStart)) !== checksumOf(blob)) {
    throw damagedCheckpoint(name, 'its checksum differs, so it was cut short or changed');
  }
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  let offset = headerStart + view.getUint32(checkedStart, true);
  if (offset > blob.length) throw damagedCheckpoint(name, 'it ends inside its header');
  const description = parseDescription(name, blob.subarray(headerStart, offset));
  const arrays: [string, Float32Array][] = [];
  for (const [arrayName, length] of description.arrays) {
    const end = offset + length * 4;
    if (end > blob.length) throw damagedCheckpoint(name, `it ends inside "${arrayName}"`);
    // A copy: the part may be unaligned, and `slice` of Node's Buffer does not copy.
    arrays.push([arrayName, new Float32Array(new Uint8Array(blob.subarray(offset, end)).buffer)]);
    offset = end;
  }
  if (offset !== blob.length) throw damagedCheckpoint(name, `it has ${blob.length - offset} extra bytes after its end`);
  return { header: description.header, arrays: Object.fromEntries(arrays) };
}

function checkMagic(name: string, blob: Uint8Array): void {
  const begin = new TextDecoder().decode(blob.subarray(0, magic.length));
  if (blob.length >= headerStart && begin === magic) return;
  if (begin.startsWith(family) && begin !== magic) {
    throw new StorageError(
      `The checkpoint "${name}" was written by another release (format ${begin}, expected ${magic}) and cannot be resumed. Delete the checkpoints and train again.`,
      { expected: magic, received: begin, path: name },
    );
  }
  throw damagedCheckpoint(name, 'it does not begin like a checkpoint');
}

interface Description {
  readonly header: unknown;
  readonly arrays: readonly (readonly [string, number])[];
}

function parseDescription(name: string, bytes: Uint8Array): Description {
  const json = parseJson(bytes, (reason, cause) => damagedCheckpoint(name, `its header is ${reason}`, cause));
  const { header, arrays } = (json ?? {}) as Partial<Record<keyof Description, unknown>>;
  if (header === undefined || !Array.isArray(arrays) || !arrays.every(isNamedLength)) {
    throw damagedCheckpoint(name, 'its header does not list its arrays');
  }
  return { header, arrays };
}

function isNamedLength(entry: unknown): entry is readonly [string, number] {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  return typeof entry[0] === 'string' && Number.isSafeInteger(entry[1]) && entry[1] >= 0;
}
