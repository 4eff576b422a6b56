import { join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { firstRows, gzip, idxOf, temporaryFolders, writeFiles } from './__fixtures__/make-data.ts';
import { writeNpy } from './npy.ts';
import { type OpenDataOptions, openData } from './open-data.ts';

const temporaryFolder = temporaryFolders();
const gray: OpenDataOptions = { height: 2, width: 2, channels: 1, resize: 'none' };
const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251);

async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return folder;
}

describe('IDX', () => {
  const images = idxOf([3, 2, 2], counting(12));
  const labels = idxOf([3], [2, 0, 1]);

  it('is read as a folder or a file, gzipped or not, with the labels beside it', async () => {
    const folder = await folderOf({
      'train-images-idx3-ubyte.gz': gzip(images),
      'train-labels-idx1-ubyte': labels,
    });
    for (const path of [folder, join(folder, 'train-images-idx3-ubyte.gz')]) {
      const data = await openData(path, gray);
      expect(data).toMatchObject({ rows: 3, labels: Int32Array.of(2, 0, 1), classNames: null });
      expect(data.rowName(2)).toBe('train-images-idx3-ubyte.gz#2');
      expect(await data.pixels(Int32Array.of(2, 0))).toEqual(Uint8Array.of(8, 9, 10, 11, 0, 1, 2, 3));
    }
  });

  it('with a train and a test part wants to know which', async () => {
    const folder = await folderOf({
      'train-images-idx3-ubyte': images,
      'train-labels-idx1-ubyte': labels,
      't10k-images-idx3-ubyte': idxOf([1, 2, 2], counting(4)),
      't10k-labels-idx1-ubyte': idxOf([1], [1]),
    });
    await expect(openData(folder, gray)).rejects.toThrow(`Name one: ${folder}:train or ${folder}:test`);
    expect(await openData(`${folder}:train`, gray)).toMatchObject({ rows: 3 });
    expect(await openData(`${folder}:test`, gray)).toMatchObject({ rows: 1, labels: Int32Array.of(1) });
  });

  it('takes labels from a file of another name, or has none', async () => {
    const folder = await folderOf({
      pictures: images,
      'other.idx': labels,
      'list.npy': writeNpy(Uint8Array.of(1, 1, 1), [3]),
    });
    const path = join(folder, 'pictures');
    expect((await openData(path, gray)).labels).toBeNull();
    expect((await openData(path, { ...gray, labels: join(folder, 'other.idx') })).labels).toEqual(
      Int32Array.of(2, 0, 1),
    );
    expect((await openData(path, { ...gray, labels: join(folder, 'list.npy') })).labels).toEqual(
      Int32Array.of(1, 1, 1),
    );
    await expect(openData(path, { ...gray, labels: path })).rejects.toThrow(/expected one class index per row/);
  });

  it.each([
    ['a truncated file', images.subarray(0, -1), /should hold 12 values .* holds 11/],
    ['a cut header', images.subarray(0, 9), /ends inside its IDX header/],
    ['labels in the place of images', labels, /has 1 axis, expected images/],
    ['floats', Uint8Array.from(images, (byte, index) => (index === 2 ? 0x0d : byte)), /element type 0xd/],
    ['no images', idxOf([0, 2, 2], []), /Expected images; .* holds none/],
  ])('refuses %s', async (_, bytes, message) => {
    const folder = await folderOf({ file: bytes });
    const opened = openData(join(folder, 'file'), gray);
    await expect(opened).rejects.toThrow(InvalidDataError);
    await expect(opened).rejects.toThrow(message);
  });

  it('refuses another number of labels', async () => {
    const folder = await folderOf({ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idxOf([2], [0, 1]) });
    await expect(openData(folder, gray)).rejects.toThrow(/3 images and 2 labels/);
  });

  it('is resized and gets three channels on request', async () => {
    const folder = await folderOf({ file: images });
    const path = join(folder, 'file');
    const color = await openData(path, { ...gray, channels: 3 });
    expect(await color.pixels(Int32Array.of(0))).toEqual(Uint8Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3));
    await expect(openData(path, { ...gray, width: 4, height: 4 })).rejects.toThrow(/is 2 x 2 pixels, expected 4 x 4/);
    const large = await openData(path, { height: 4, width: 4, channels: 3, resize: 'stretch' });
    expect(await large.pixels(firstRows(3))).toHaveLength(3 * 4 * 4 * 3);
  });
});

describe('CIFAR binary', () => {
  const options: OpenDataOptions = { height: 32, width: 32, channels: 3, resize: 'none' };
  /** A record of the given label bytes, with red 10, green 20 and blue 30 everywhere. */
  const record = (...labels: number[]) => [
    ...labels,
    ...new Array<number>(1024).fill(10),
    ...new Array<number>(1024).fill(20),
    ...new Array<number>(1024).fill(30),
  ];

  it('of ten classes is read as a folder of batches or one file', async () => {
    const folder = await folderOf({
      'data_batch_1.bin': Uint8Array.from([...record(3), ...record(9)]),
      'data_batch_2.bin': Uint8Array.from(record(0)),
      'test_batch.bin': Uint8Array.from(record(5)),
      'batches.meta.txt': 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n',
    });
    const train = await openData(`${folder}:train`, options);
    expect(train).toMatchObject({ rows: 3, labels: Int32Array.of(3, 9, 0) });
    expect(train.classNames?.[9]).toBe('truck');
    expect((await train.pixels(Int32Array.of(1))).subarray(0, 6)).toEqual(Uint8Array.of(10, 20, 30, 10, 20, 30));
    expect((await openData(join(folder, 'test_batch.bin'), options)).labels).toEqual(Int32Array.of(5));
    await expect(openData(folder, options)).rejects.toThrow(/a train and a test part/);
  });

  it('of a hundred classes has the fine label', async () => {
    const folder = await folderOf({ 'train.bin': Uint8Array.from([...record(19, 99), ...record(0, 1)]) });
    expect(await openData(folder, options)).toMatchObject({ rows: 2, labels: Int32Array.of(99, 1), classNames: null });
  });

  it('that is truncated or holds impossible labels is refused', async () => {
    const folder = await folderOf({
      'short.bin': Uint8Array.from(record(1).slice(0, -1)),
      'label.bin': Uint8Array.from(record(10)),
      'data_batch_1.bin': Uint8Array.from(record(1)),
      'data_batch_2.bin': Uint8Array.from(record(200)),
    });
    await expect(openData(join(folder, 'short.bin'), options)).rejects.toThrow(/no known kind/);
    await expect(openData(join(folder, 'label.bin'), options)).rejects.toThrow(/no known kind/);
    await expect(openData(`${folder}:train`, options)).rejects.toThrow(/Expected CIFAR records in .*data_batch_2.bin/);
  });
});

describe('.npy', () => {
  it.each([
    ['rows x height x width', [2, 2, 2], 1],
    ['channels last', [2, 2, 2, 3], 3],
    ['channels first', [2, 3, 2, 2], 3],
  ] as const)('reads uint8 %s', async (name, shape, channels) => {
    const values = counting(shape.reduce((product: number, size) => product * size, 1));
    const folder = await folderOf({
      'x.npy': writeNpy(values, shape),
      'y.npy': writeNpy(BigInt64Array.of(1n, 0n), [2]),
    });
    const data = await openData(folder, { ...gray, channels });
    expect(data).toMatchObject({ rows: 2, labels: Int32Array.of(1, 0) });
    const first = await data.pixels(Int32Array.of(0));
    const expected =
      name === 'channels first' ? [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11] : [...values.subarray(0, 4 * channels)];
    expect([...first]).toEqual(expected);
  });

  it('rounds floats in 0..1 to 8 bits', async () => {
    const folder = await folderOf({ 'images.npy': writeNpy(Float32Array.of(0, 1, 0.5, 0.1), [1, 2, 2]) });
    expect(await (await openData(folder, gray)).pixels(Int32Array.of(0))).toEqual(Uint8Array.of(0, 255, 128, 26));
  });

  it('finds parts and labels by name', async () => {
    const images = (count: number) => writeNpy(counting(count * 4), [count, 2, 2]);
    const folder = await folderOf({
      'x_train.npy': images(3),
      'y_train.npy': writeNpy(Uint8Array.of(0, 1, 2), [3]),
      'x_test.npy': images(1),
      'max.npy': images(1),
    });
    expect(await openData(`${folder}:train`, gray)).toMatchObject({ rows: 3, labels: Int32Array.of(0, 1, 2) });
    expect(await openData(`${folder}:test`, gray)).toMatchObject({ rows: 1, labels: null });
    expect(await openData(join(folder, 'max.npy'), gray)).toMatchObject({ rows: 1, labels: null });
  });

  it.each([
    ['NaN', writeNpy(Float32Array.of(0, 0, 0, 0, 0, Number.NaN, 0, 0), [2, 2, 2]), /holds NaN in row 1/],
    ['floats above 1', writeNpy(Float32Array.of(0, 2, 0, 0), [1, 2, 2]), /holds 2 in row 0/],
    ['wide integers', writeNpy(Int32Array.of(0, 2, 0, 0), [1, 2, 2]), /expected uint8 pixels or floats/],
    ['tables', writeNpy(new Uint8Array(4), [2, 2]), /shape 2 x 2, expected images/],
    ['four channels', writeNpy(new Uint8Array(16), [1, 2, 2, 4]), /shape 1 x 2 x 2 x 4/],
    ['no rows', writeNpy(new Uint8Array(0), [0, 2, 2]), /Expected images; .* holds none/],
  ])('refuses %s', async (_, bytes, message) => {
    const folder = await folderOf({ 'x.npy': bytes });
    const opened = openData(folder, gray);
    await expect(opened).rejects.toThrow(InvalidDataError);
    await expect(opened).rejects.toThrow(message);
  });

  it('refuses negative labels and several data sets in one folder', async () => {
    const images = writeNpy(counting(4), [1, 2, 2]);
    const negative = await folderOf({ 'x.npy': images, 'y.npy': writeNpy(Int32Array.of(-1), [1]) });
    await expect(openData(negative, gray)).rejects.toThrow(/label -1/);
    const several = await folderOf({ 'x.npy': images, 'x_more.npy': images });
    await expect(openData(several, gray)).rejects.toThrow(/several data sets/);
  });
});

describe('other files', () => {
  it.each([
    ['text', Buffer.from('hello')],
    ['nothing', Buffer.alloc(0)],
    ['gzipped text', gzip(Buffer.from('hello'))],
    ['a zip archive', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(600)])],
  ])('of %s are refused', async (_, bytes) => {
    const folder = await folderOf({ file: bytes });
    await expect(openData(join(folder, 'file'), gray)).rejects.toThrow(/no known kind/);
  });

  it('that are damaged gzip are refused', async () => {
    const folder = await folderOf({ file: Buffer.of(0x1f, 0x8b, 8, 0, 1, 2, 3) });
    await expect(openData(join(folder, 'file'), gray)).rejects.toThrow(/damaged or incomplete gzip/);
  });
});
