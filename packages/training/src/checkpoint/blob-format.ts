// One blob of a checkpoint: a JSON header and float32 arrays behind it.
// Layout: 8 bytes of magic, the header's length (uint32, little-endian), the header, then the arrays' bytes one after the other.

import { StorageError } from '@ztw/core';

/** Arrays by name. */
export type NamedArrays = Readonly<Record<string, Float32Array>>;

export interface DecodedBlob {
  readonly header: unknown;
  readonly arrays: NamedArrays;
}

const magic = 'ZTWCKPT1';

/** @param header JSON-safe. */
export function encodeBlob(header: unknown, arrays: NamedArrays): Uint8Array {
  const entries = Object.entries(arrays);
  const json = new TextEncoder().encode(
    JSON.stringify({ header, arrays: entries.map(([name, array]) => [name, array.length]) }),
  );
  const dataStart = magic.length + 4 + json.length;
  const blob = new Uint8Array(entries.reduce((size, [, array]) => size + array.byteLength, dataStart));
  blob.set(new TextEncoder().encode(magic));
  new DataView(blob.buffer).setUint32(magic.length, json.length, true);
  blob.set(json, magic.length + 4);
  let offset = dataStart;
  for (const [, array] of entries) {
    blob.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  return blob;
}

/**
 * Reads what `encodeBlob` wrote.
 * @param name Of the blob, for the message.
 * @throws StorageError for anything else.
 */
export function decodeBlob(name: string, blob: Uint8Array): DecodedBlob {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const headerStart = magic.length + 4;
  if (blob.length < headerStart || new TextDecoder().decode(blob.subarray(0, magic.length)) !== magic) {
    throw damaged(name, 'it does not begin as a checkpoint does');
  }
  let offset = headerStart + view.getUint32(magic.length, true);
  const description = parse(name, blob.subarray(headerStart, offset));
  const arrays: Record<string, Float32Array> = {};
  for (const [arrayName, length] of description.arrays) {
    const end = offset + length * 4;
    if (end > blob.length) {
      throw damaged(name, `it ends inside "${arrayName}"`);
    }
    // A copy: the part need not lie where numbers may begin, and `slice` of Node's Buffer would be no copy.
    arrays[arrayName] = new Float32Array(new Uint8Array(blob.subarray(offset, end)).buffer);
    offset = end;
  }
  return { header: description.header, arrays };
}

function parse(
  name: string,
  json: Uint8Array,
): { readonly header: unknown; readonly arrays: readonly (readonly [string, number])[] } {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch (error) {
    throw damaged(name, 'its header is not JSON', error);
  }
}

function damaged(name: string, why: string, cause?: unknown): StorageError {
  return new StorageError(`The checkpoint "${name}" is damaged: ${why}. Delete the checkpoints and train again.`, {
    cause,
  });
}
