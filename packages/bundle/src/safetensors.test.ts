import { InvalidBundleError, InvalidInputError, ZtwError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

const parameter: fc.Arbitrary<Parameter> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) =>
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: shape.reduce((product, size) => product * size, 1),
      maxLength: shape.reduce((product, size) => product * size, 1),
    })
    .map((data) => ({ shape, data: Float32Array.from(data) })),
);

const tensors = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), parameter), { selector: ([name]) => name, maxLength: 6 })
  .map((entries) => new Map(entries.filter(([name]) => name !== '__metadata__')));

/** A file with any header, for damage that the writer cannot make. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe('safetensors', () => {
  it('gives back what was written, bit for bit, names of any kind included', () => {
    fc.assert(
      fc.property(tensors, (original) => {
        const read = decodeSafetensors(encodeSafetensors(original));
        expect([...read.keys()].sort()).toEqual([...original.keys()].sort());
        for (const [name, { shape, data }] of original) {
          expect(read.get(name)!.shape).toEqual(shape);
          expect(new Uint32Array(read.get(name)!.data.buffer)).toEqual(new Uint32Array(data.buffer));
        }
      }),
    );
  });

  it('writes the same bytes whatever the order of the tensors, values aligned to 8 bytes', () => {
    const a: Parameter = { shape: [1], data: Float32Array.of(1) };
    const b: Parameter = { shape: [2], data: Float32Array.of(2, 3) };
    const file = encodeSafetensors(
      new Map([
        ['b', b],
        ['a', a],
      ]),
    );
    expect(file).toEqual(
      encodeSafetensors(
        new Map([
          ['a', a],
          ['b', b],
        ]),
      ),
    );
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('reads a view into a larger buffer, and a file with metadata', () => {
    const file = fileOf({ __metadata__: { format: 'pt' }, x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 4);
    const buffer = new Uint8Array(file.length + 3);
    buffer.set(file, 3);
    expect(decodeSafetensors(buffer.subarray(3))).toEqual(new Map([['x', { shape: [1], data: Float32Array.of(0) }]]));
  });

  it('reads a Buffer of Node, whose slices are views', () => {
    const original = new Map([
      ['first', { shape: [2], data: Float32Array.of(1, 2) }],
      ['second', { shape: [3], data: Float32Array.of(3, 4, 5) }],
    ]);
    expect(decodeSafetensors(Buffer.from(encodeSafetensors(original)))).toEqual(original);
  });

  it('throws nothing but its own errors for any truncation or changed byte', () => {
    const file = encodeSafetensors(new Map([['w', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]));
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length))).toThrow(InvalidBundleError);
    }
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const damaged = file.slice();
        damaged[position]! ^= flip;
        try {
          decodeSafetensors(damaged);
        } catch (error) {
          expect(ZtwError.isInstance(error)).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['a header that is no JSON', fileOf('{nonsense', 0), /not JSON/],
    ['a header that is a list', fileOf([], 0), /not an object/],
    ['another dtype', fileOf({ x: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, 2), /F16/],
    ['a negative size', fileOf({ x: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4), /shape/],
    ['an entry that is null', fileOf({ x: null }, 0), /dtype/],
    ['three offsets', fileOf({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 4), /data_offsets/],
    ['offsets past the end', fileOf({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, 4), /claims bytes/],
    [
      'a shape that does not fill its bytes',
      fileOf({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 8] } }, 8),
      /claims/,
    ],
    ['a gap', fileOf({ x: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8), /claims bytes/],
    [
      'bytes after the last tensor',
      fileOf({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 8),
      /end at byte 4/,
    ],
    [
      'an overlap',
      fileOf(
        {
          x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
          y: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
        },
        8,
      ),
      /claims bytes/,
    ],
    ['a header longer than the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123), /cut short/],
  ])('refuses %s', (_what, file, message) => {
    expect(() => decodeSafetensors(file)).toThrow(InvalidBundleError);
    expect(() => decodeSafetensors(file)).toThrow(message);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d in weights, both ways',
    (bad) => {
      const good = encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, 2) }]]));
      new DataView(good.buffer).setFloat32(good.length - 4, bad, true);
      expect(() => decodeSafetensors(good)).toThrow(/tensor w holds .* at 1/);
      const write = () => encodeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1, bad) }]]));
      expect(write).toThrow(InvalidInputError);
    },
  );

  it('refuses to write a shape that does not fit, and reserved names', () => {
    const data = Float32Array.of(1, 2);
    expect(() => encodeSafetensors(new Map([['w', { shape: [3], data }]]))).toThrow(InvalidInputError);
    expect(() => encodeSafetensors(new Map([['__metadata__', { shape: [2], data }]]))).toThrow(InvalidInputError);
    expect(() => encodeSafetensors(new Map([['', { shape: [2], data }]]))).toThrow(InvalidInputError);
  });
});
