import { createHash } from 'node:crypto';
import { InvalidDataError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { type OpenDataOptions, openData } from './open-data.ts';
import { parseByteRows } from './parse-byte-rows.ts';

const options: OpenDataOptions = { height: 28, width: 28, channels: 1, resize: 'none' };

describe('fashion-mnist', () => {
  it('goes through the classes in turn', async () => {
    const data = await openData('fashion-mnist:test', { ...options, limit: 25 });
    expect(data.rows).toBe(25);
    expect([...(data.labels ?? [])]).toEqual(Array.from({ length: 25 }, (_, row) => row % 10));
    expect(data.classNames?.[9]).toBe('ankle boot');
    const pixels = await data.pixels(Int32Array.of(0));
    // The first T-shirt of the package, 20 pixels into its first row on.
    expect([...pixels.subarray(7, 19)]).toEqual([9, 8, 0, 0, 34, 29, 7, 0, 11, 24, 0, 0]);
  });

  it('has the same rows whatever the limit', async () => {
    const few = await openData('fashion-mnist:train', { ...options, limit: 11 });
    const more = await openData('fashion-mnist:train', { ...options, limit: 40 });
    const rows = Int32Array.of(0, 4, 10);
    expect(await few.pixels(rows)).toEqual(await more.pixels(rows));
  });

  it('has 9,020 test images that are no training images', async () => {
    const test = await openData('fashion-mnist:test', options);
    const train = await openData('fashion-mnist:train', options);
    expect([test.rows, train.rows]).toEqual([9020, 54_220]);
    const hashes = async (data: typeof test) => {
      const found = new Set<string>();
      for (let first = 0; first < data.rows; first += 1000) {
        const rows = Int32Array.from({ length: Math.min(1000, data.rows - first) }, (_, index) => first + index);
        const pixels = await data.pixels(rows);
        for (let row = 0; row < rows.length; row++) {
          found.add(
            createHash('sha1')
              .update(pixels.subarray(row * 784, (row + 1) * 784))
              .digest('base64'),
          );
        }
      }
      return found;
    };
    const [testHashes, trainHashes] = [await hashes(test), await hashes(train)];
    expect([testHashes.size, trainHashes.size]).toEqual([9020, 54_220]);
    expect([...testHashes].filter((hash) => trainHashes.has(hash))).toEqual([]);
  });

  it('wants a part', async () => {
    await expect(openData('fashion-mnist', options)).rejects.toThrow(/fashion-mnist:train or fashion-mnist:test/);
    await expect(openData('fashion-mnist:validation', options)).rejects.toThrow(InvalidDataError);
  });
});

describe('parseByteRows', () => {
  const parse = (text: string, rows = [0, 1]) =>
    parseByteRows(new TextEncoder().encode(text), { rowLength: 3, rows, source: 'a.json' });

  it('reads the wanted rows, past empty and other ones', () => {
    expect(parse('{"data":[[1,2,3],[40,50,255],[7,8,9]]}')).toEqual(Uint8Array.of(1, 2, 3, 40, 50, 255));
    expect(parse('{"data":[[1,2,3],[],[40,50,255],[7,8,9],[]]}', [1, 2])).toEqual(Uint8Array.of(40, 50, 255, 7, 8, 9));
    expect(parse('{"data":[[1,2,3],[],[40,50,255],[7,8,9]]}', [0, 2])).toEqual(Uint8Array.of(1, 2, 3, 7, 8, 9));
    expect(parse('{"data":[[1,2,3]]}', [])).toEqual(Uint8Array.of());
  });

  it.each([
    ['too few rows', '{"data":[[1,2,3]]}', /ends after 1 rows/],
    ['short rows', '{"data":[[1,2],[1,2,3]]}', /row of 2 values/],
    ['long rows', '{"data":[[1,2,3,4],[1,2,3]]}', /unexpected text at byte/],
    ['values above 255', '{"data":[[1,2,256],[1,2,3]]}', /unexpected text/],
    ['other text', '{"data":[[1,"a",3],[1,2,3]]}', /unexpected text/],
    ['a cut file', '{"data":[[1,2,3],[1,2', /row of 1 values/],
    ['no array', '{}', /unexpected text/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(InvalidDataError);
    expect(() => parse(text)).toThrow(message);
  });
});
