import { InvalidModelError } from '@ztw/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { externalTensors } from './external-tensors.ts';
import { foldExternalData } from './fold-external-data.ts';
import { bytesHeader } from './wire.ts';

const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const message = (number: number, content: Uint8Array): Uint8Array =>
  concat(bytesHeader(number, content.length), content);
const text = (number: number, value: string): Uint8Array => message(number, new TextEncoder().encode(value));
const varint = (number: number, value: number): Uint8Array => Uint8Array.of(number * 8, value);

/** A float32 initialiser of `[length]` with the given entries of its external data. */
function external(name: string, length: number, entries: Readonly<Record<string, string>>): Uint8Array {
  const listed = Object.entries(entries).map(([key, value]) => message(13, concat(text(1, key), text(2, value))));
  return concat(varint(1, length), varint(2, 1), text(8, name), ...listed, varint(14, 1));
}

/** A model with these messages as initialisers of its graph. */
const modelOf = (...tensors: readonly Uint8Array[]): Uint8Array =>
  concat(varint(1, 8), message(7, concat(text(2, 'graph'), ...tensors.map((tensor) => message(5, tensor)))));

const at = (offset: number, length: number, location = 'data'): Readonly<Record<string, string>> => ({
  location,
  offset: String(offset),
  length: String(length),
});
const files = new Map([['data', Uint8Array.from({ length: 16 }, (_, index) => index)]]);

describe('foldExternalData', () => {
  test('puts the values inside, and leaves everything else as it is', () => {
    const inside = concat(varint(1, 2), varint(2, 1), text(8, 'inside'), message(9, new Uint8Array(8)));
    const model = modelOf(external('w', 2, at(4, 8)), inside);
    const folded = concat(
      varint(1, 2),
      varint(2, 1),
      text(8, 'w'),
      message(9, Uint8Array.from([4, 5, 6, 7, 8, 9, 10, 11])),
    );
    expect(foldExternalData(model, files)).toEqual(modelOf(folded, inside));
    expect(externalTensors(foldExternalData(model, files))).toEqual([]);
  });

  test('returns a model with all values inside as it is', () => {
    const model = modelOf(concat(varint(1, 1), varint(2, 1), text(8, 'w'), message(9, new Uint8Array(4))));
    expect(foldExternalData(model, new Map())).toBe(model);
  });

  test('reads values up to the end of their file where no length is given', () => {
    const model = modelOf(external('w', 2, { location: 'data', offset: '8' }));
    expect(externalTensors(foldExternalData(model, files))).toEqual([]);
  });

  test.each<[string, readonly Uint8Array[], RegExp]>([
    ['values beyond the end', [external('w', 2, at(12, 8))], /has 16 bytes; received bytes 12 to 20/],
    ['a huge offset', [external('w', 2, at(2 ** 52, 8))], /has 16 bytes/],
    ['a huge length', [external('w', 2, at(0, 2 ** 52))], /has 16 bytes/],
    [
      'an offset that is no number',
      [external('w', 2, { location: 'data', offset: '-4' })],
      /a number of bytes as offset/,
    ],
    ['values that do not fill the shape', [external('w', 3, at(0, 8))], /Expected 12 bytes for the shape/],
    ['shared bytes', [external('v', 2, at(0, 8)), external('w', 2, at(4, 8))], /received "v" and "w", which share/],
    ['the same bytes twice', [external('v', 2, at(0, 8)), external('w', 2, at(0, 8))], /share bytes/],
    ['a file that is not there', [external('w', 2, at(0, 8, '../secret'))], /Expected the file \.\.\/secret/],
    ['no file', [external('w', 2, {})], /Expected a file for the values/],
  ])('refuses %s', (_what, tensors, expected) => {
    const fold = (): unknown => foldExternalData(modelOf(...tensors), files);
    expect(fold).toThrow(InvalidModelError);
    expect(fold).toThrow(expected);
  });

  test('refuses two locations of one tensor, of which readers could choose either', () => {
    const entry = (value: string): Uint8Array => message(13, concat(text(1, 'location'), text(2, value)));
    const tensor = concat(varint(1, 1), varint(2, 1), text(8, 'w'), entry('data'), entry('other'), varint(14, 1));
    expect(() => foldExternalData(modelOf(tensor), files)).toThrow(/Expected one location/);
  });

  test('refuses external values in a constant, an inner graph or a function', () => {
    const tensor = external('w', 2, at(0, 8));
    const node = (attribute: Uint8Array): Uint8Array => message(1, message(5, attribute));
    const inGraph = (content: Uint8Array): Uint8Array => message(7, content);
    const hidden = [
      inGraph(node(message(5, tensor))),
      inGraph(node(message(6, message(5, tensor)))),
      message(25, message(7, message(5, message(5, tensor)))),
    ];
    for (const model of hidden) expect(() => externalTensors(model)).toThrow(/main graph only/);
  });

  test('throws nothing but its own error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (noise, position) => {
        const model = modelOf(external('w', 2, at(4, 8)));
        model.set(noise.subarray(0, Math.max(0, model.length - position)), Math.min(position, model.length));
        try {
          foldExternalData(model, files);
        } catch (error) {
          expect(InvalidModelError.isInstance(error)).toBe(true);
        }
      }),
    );
  });
});
