import { InvalidDataError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { float16ToNumber, numberToFloat16 } from './float16.ts';
import { npyIntegers, readNpy, writeNpy } from './npy.ts';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A file as NumPy writes it, with the given dictionary. */
function npyFile(dictionary: string, block: Uint8Array, version = 1): Uint8Array {
  const header = latin1(`${dictionary}\n`);
  const length =
    version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  return Uint8Array.from([...latin1('\x93NUMPY'), version, 0, ...length, ...header, ...block]);
}

describe('npy', () => {
  it.each([
    { type: 'u1', data: Uint8Array.from([0, 1, 255, 7, 8, 9]) },
    { type: 'i4', data: Int32Array.from([0, -1, 2 ** 31 - 1, 7, 8, 9]) },
    { type: 'i8', data: BigInt64Array.from([0n, -1n, 2n ** 62n, 7n, 8n, 9n]) },
    { type: 'f2', data: Float32Array.from([0, -0.5, 65504, 2 ** -24, Number.POSITIVE_INFINITY, 1.5]) },
    { type: 'f4', data: Float32Array.from([0, -0.1, 3e38, 1e-40, Number.NEGATIVE_INFINITY, 1.5]) },
    { type: 'f8', data: Float64Array.from([0, -0.1, 3e300, 1e-310, Number.NEGATIVE_INFINITY, 1.5]) },
  ] as const)('reads $type back as it was written', ({ type, data }) => {
    const read = readNpy(writeNpy(data, [2, 3], type), 'a.npy');
    expect(read).toEqual({ type, shape: [2, 3], data });
  });

  it("reads Node's buffers, whose slices are views on all of the file", () => {
    const data = Float32Array.from([0, -0.1, 3e38]);
    const { buffer } = writeNpy(data, [3]);
    expect(readNpy(Buffer.from(buffer), 'a.npy').data).toEqual(data);
  });

  it('begins the values at a multiple of 64 bytes, as NumPy does', () => {
    for (const shape of [[6], [2, 3], [1, 1, 1, 6]]) {
      expect(writeNpy(new Uint8Array(6), shape).length % 64).toBe(6);
    }
  });

  it('reads version 2 headers and single numbers', () => {
    const bytes = npyFile("{'descr': '<i4', 'fortran_order': False, 'shape': (), }", Uint8Array.of(5, 0, 0, 0), 2);
    expect(readNpy(bytes, 'a.npy')).toEqual({ type: 'i4', shape: [], data: Int32Array.of(5) });
  });

  it.each([
    ['another format', latin1('PK\x03\x04aaaaaaaaaaaa'), /not a .npy file/],
    ['version 3', npyFile('{}', new Uint8Array(), 3), /version 3/],
    ['a cut header', writeNpy(new Uint8Array(4), [4]).subarray(0, 40), /ends inside/],
    ['a cut block', writeNpy(new Uint8Array(4), [4]).subarray(0, -1), /should hold 4 values .* holds 3 bytes/],
    [
      'Fortran order',
      npyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (1,), }", Uint8Array.of(1)),
      /ascontiguousarray/,
    ],
    ['objects', npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", Uint8Array.of(1)), /type \|O/],
    [
      'big-endian values',
      npyFile("{'descr': '>i4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
      /type >i4/,
    ],
    ['an unreadable header', npyFile('{}', new Uint8Array()), /unreadable .npy header/],
  ])('refuses %s', (_, bytes, message) => {
    const read = () => readNpy(bytes, 'a.npy');
    expect(read).toThrow(InvalidDataError);
    expect(read).toThrow(message);
  });

  it('gives integers of any width as int32, and refuses what does not fit', () => {
    const read = (data: Parameters<typeof writeNpy>[0]) => npyIntegers(readNpy(writeNpy(data, [2]), 'a.npy'), 'a.npy');
    expect(read(Uint8Array.of(1, 2))).toEqual(Int32Array.of(1, 2));
    expect(read(BigInt64Array.of(-3n, 4n))).toEqual(Int32Array.of(-3, 4));
    expect(() => read(BigInt64Array.of(1n, 2n ** 40n))).toThrow(/position 1/);
    expect(() => read(Float32Array.of(1, 2))).toThrow(/whole numbers/);
  });
});

describe('float16', () => {
  it('takes every bit pattern there and back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) expect(float16ToNumber(numberToFloat16(value))).toBeNaN();
      else if (numberToFloat16(value) !== bits) expect.fail(`pattern ${bits} came back as ${numberToFloat16(value)}`);
    }
  });

  it('rounds to the nearest pattern, ties to even', () => {
    expect(numberToFloat16(1 + 2 ** -11)).toBe(0x3c00);
    expect(numberToFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(numberToFloat16(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(numberToFloat16(2 ** -25)).toBe(0);
    expect(numberToFloat16(65519)).toBe(0x7bff);
    expect(numberToFloat16(65520)).toBe(0x7c00);
  });
});
