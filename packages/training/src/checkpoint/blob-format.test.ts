import { StorageError } from '@ztw/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBlob, encodeBlob } from './blob-format.ts';

describe('checkpoint blobs', () => {
  test('come back as they were, at any alignment', () => {
    const arrays = fc.dictionary(fc.string({ maxLength: 5 }), fc.float32Array({ maxLength: 9 }), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.jsonValue(), arrays, fc.nat(7), (header, named, shift) => {
        const blob = encodeBlob(header, named);
        const shifted = new Uint8Array(blob.length + shift).subarray(shift);
        shifted.set(blob);
        // Stores of Node give a Buffer, whose `slice` shares memory.
        expect(decodeBlob('x', Buffer.from(shifted))).toEqual(decodeBlob('x', shifted));
        const decoded = decodeBlob('x', shifted);
        expect(decoded.header).toEqual(JSON.parse(JSON.stringify(header)));
        expect(decoded.arrays).toEqual({ ...named });
      }),
    );
  });

  test('are recognised as damaged wherever they are cut off', () => {
    const blob = encodeBlob({ a: 1 }, { x: Float32Array.of(1, 2) });
    for (let length = 0; length < blob.length; length++) {
      expect(() => decodeBlob('x', blob.subarray(0, length)), `${length} bytes`).toThrow(StorageError);
    }
    expect(() => decodeBlob('x', new TextEncoder().encode('something else altogether'))).toThrow(/does not begin/);
  });
});
