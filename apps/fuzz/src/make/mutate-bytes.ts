// Changes of bytes that know nothing of their meaning. Targets that know the structure change it first.

import type { Random } from '../random.ts';

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/**
 * @param count Number of changes, applied one after the other.
 * @returns a changed copy.
 */
export function mutateBytes(bytes: Uint8Array, random: Random, count: number): Uint8Array {
  // Not `slice`, which of a Node Buffer is a view.
  let copy: Uint8Array = new Uint8Array(bytes);
  for (let round = 0; round < count; round++) copy = mutateOnce(copy, random);
  return copy;
}

function mutateOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length);
  const length = 1 + random.below(16);
  switch (random.below(8)) {
    case 0:
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 2:
      bytes[at] = random.below(256);
      return bytes;
    case 3:
      return withNumber(bytes, at, random);
    case 4:
      return bytes.slice(0, at);
    case 5:
      return joined(bytes.subarray(0, at), random.bytes(length), bytes.subarray(at));
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    default: {
      // A part of the same file in another place.
      const part = bytes.slice(at, at + 4 * length);
      const to = random.below(bytes.length);
      return joined(bytes.subarray(0, to), part, bytes.subarray(to));
    }
  }
}

function withNumber(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const size = random.pick([1, 2, 4]);
  if (at + size > bytes.length) return bytes;
  const value = random.pick(interesting);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const little = random.chance(0.5);
  if (size === 1) view.setUint8(at, value & 0xff);
  else if (size === 2) view.setUint16(at, value & 0xffff, little);
  else view.setUint32(at, value, little);
  return bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
