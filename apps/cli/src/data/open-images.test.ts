import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AbortedError, InvalidDataError } from '@ztw/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { firstRows, gzip, png, tarOf, temporaryFolders, writeFiles } from './__fixtures__/make-data.ts';
import { writeNpy } from './npy.ts';
import { type OpenDataOptions, openData } from './open-data.ts';

const temporaryFolder = temporaryFolders();
const options: OpenDataOptions = { height: 4, width: 4, channels: 3, resize: 'none' };

/** A path that holds one file. */
async function fileOf(bytes: Uint8Array, name = 'file'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return path;
}

/** Six images of two classes, each of its own color. */
async function twoClasses(): Promise<Record<string, Buffer>> {
  return {
    'dog/b.png': await png({ color: [40, 0, 0] }),
    'cat/z.png': await png({ color: [20, 0, 0] }),
    'dog/B.png': await png({ color: [30, 0, 0] }),
    'cat/a.png': await png({ color: [10, 0, 0] }),
    'dog/old/c.png': await png({ color: [50, 0, 0] }),
  };
}
const twoClassNames = ['cat/a.png', 'cat/z.png', 'dog/B.png', 'dog/b.png', 'dog/old/c.png'];

describe('image folders', () => {
  it('are sorted by class and then by path, in plain code units, and labelled by class', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, await twoClasses());
    const data = await openData(folder, options);
    expect(data).toMatchObject({
      rows: 5,
      classNames: ['cat', 'dog'],
      labels: Int32Array.of(0, 0, 1, 1, 1),
      skipped: [],
    });
    expect(Array.from({ length: 5 }, (_, row) => data.rowName(row))).toEqual(twoClassNames);
    const pixels = await data.pixels(Int32Array.of(4, 0, 0));
    expect(pixels.length).toBe(3 * 4 * 4 * 3);
    expect([pixels[0], pixels[48], pixels[96]]).toEqual([50, 10, 10]);
  });

  it('have no labels when they are flat', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'b.png': await png(), 'a.png': await png() });
    const data = await openData(folder, options);
    expect(data).toMatchObject({ rows: 2, labels: null, classNames: null });
    expect(data.rowName(0)).toBe('a.png');
  });

  it('take labels from a file of their own', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'images/b.png': await png(), 'images/a.png': await png() });
    await writeFiles(folder, {
      'two.npy': writeNpy(Int32Array.of(5, 3), [2]),
      'three.npy': writeNpy(Int32Array.of(5, 3, 1), [3]),
    });
    const open = (name: string) => openData(join(folder, 'images'), { ...options, labels: join(folder, name) });
    expect((await open('two.npy')).labels).toEqual(Int32Array.of(5, 3));
    await expect(open('three.npy')).rejects.toThrow(/2 images and .* 3 labels/);
  });

  it('find images by content, links included, and pass over other and hidden files', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'elsewhere/dog/one.png': await png(),
      'data/cat/without-extension': await png(),
      'data/cat/notes.txt': 'no image',
      'data/cat/.thumbnail.png': 'hidden',
      'data/.cache/x.png': await png(),
    });
    await symlink(join(folder, 'elsewhere/dog'), join(folder, 'data/dog'));
    await symlink(join(folder, 'data'), join(folder, 'data/cat/loop'));
    const data = await openData(join(folder, 'data'), options);
    expect(data).toMatchObject({ rows: 2, classNames: ['cat', 'dog'], skipped: [] });
  });

  it('limit rows evenly over the classes, and decode no others', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { ...(await twoClasses()), 'cat/zz.png': 'damaged' });
    const data = await openData(folder, { ...options, limit: 2 });
    expect([data.rowName(0), data.rowName(1)]).toEqual(['cat/a.png', 'dog/B.png']);
    expect(data.skipped).toEqual([]);
  });

  it('that are parts of a data set and not classes are refused, and can be named', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'train/cat/a.png': await png(),
      'train/dog/b.png': await png(),
      'test/cat/c.png': await png(),
    });
    await expect(openData(folder, options)).rejects.toThrow(/parts test, train of a data set/);
    expect(await openData(`${folder}:train`, options)).toMatchObject({ rows: 2, classNames: ['cat', 'dog'] });
    await expect(openData(`${folder}:validation`, options)).rejects.toThrow(/no file or folder/);
  });

  it('folders without images, and missing paths, are refused', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'cat'));
    await expect(openData(folder, options)).rejects.toThrow(/holds no image/);
    await expect(openData(join(folder, 'absent'), options)).rejects.toThrow(/no file or folder/);
    await expect(openData(folder, options)).rejects.toThrow(InvalidDataError);
  });
});

describe('bad images', () => {
  it('among good ones are skipped with name and reason', async () => {
    const folder = await temporaryFolder();
    const noise = Buffer.from(Array.from({ length: 48 * 48 * 3 }, (_, index) => (index * 7919) % 256));
    const jpeg = await sharp(noise, { raw: { width: 48, height: 48, channels: 3 } })
      .jpeg()
      .toBuffer();
    await writeFiles(folder, {
      'cat/good.png': await png(),
      'cat/empty.png': '',
      'cat/text.jpg': 'this is not an image',
      'cat/truncated.jpg': jpeg.subarray(0, jpeg.length / 2),
      'dog/large.png': await png({ width: 5 }),
      'dog/good.png': await png(),
      'stray.png': await png(),
    });
    const data = await openData(folder, options);
    expect(data).toMatchObject({ rows: 2, labels: Int32Array.of(0, 1) });
    expect([data.rowName(0), data.rowName(1)]).toEqual(['cat/good.png', 'dog/good.png']);
    const reasons = Object.fromEntries(data.skipped.map(({ name, reason }) => [name, reason]));
    expect(reasons).toEqual({
      'cat/empty.png': 'the file is empty',
      'cat/text.jpg': expect.stringMatching(/neither a JPEG nor a PNG nor a WebP/),
      'cat/truncated.jpg': expect.stringMatching(/cannot be decoded/),
      'dog/large.png': expect.stringMatching(/is 5 x 4 pixels, expected 4 x 4\. Choose how to resize/),
      'stray.png': expect.stringMatching(/beside the class folders/),
    });
  });

  it('alone are an error that names the first', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'cat/a.png': 'x', 'cat/b.png': 'y' });
    const opened = openData(folder, options);
    await expect(opened).rejects.toThrow(InvalidDataError);
    await expect(opened).rejects.toThrow(/None of the 2 images .* cat\/a.png/);
  });
});

describe('archives', () => {
  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzipped', gzip],
  ])('%s give the same rows as the folder, whatever their order and name', async (_, pack) => {
    const files = await twoClasses();
    const folder = await temporaryFolder();
    await writeFiles(folder, files);
    const inFolder = await openData(folder, options);
    const wrapped = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`./set/${name}`, bytes]));
    const inArchive = await openData(
      await fileOf(pack(await tarOf({ ...wrapped, './set/._dog/a.png': Buffer.of(0) }))),
      options,
    );
    expect(inArchive).toMatchObject({ rows: 5, classNames: inFolder.classNames, labels: inFolder.labels, skipped: [] });
    expect(Array.from({ length: 5 }, (_, row) => inArchive.rowName(row))).toEqual(
      twoClassNames.map((name) => `set/${name}`),
    );
    expect(await inArchive.pixels(firstRows(5))).toEqual(await inFolder.pixels(firstRows(5)));
  });

  it('that are truncated are refused', async () => {
    const archive = await tarOf(await twoClasses());
    await expect(openData(await fileOf(archive.subarray(0, 700)), options)).rejects.toThrow(/damaged or incomplete/);
    const packed = gzip(archive);
    await expect(openData(await fileOf(packed.subarray(0, packed.length - 20)), options)).rejects.toThrow(
      InvalidDataError,
    );
  });

  it('that are empty or larger than the memory are refused', async () => {
    await expect(openData(await fileOf(await tarOf({ 'readme.txt': Buffer.from('x') })), options)).rejects.toThrow(
      /holds no image/,
    );
    const path = await fileOf(await tarOf(await twoClasses()));
    await expect(openData(path, { ...options, memoryBytes: 100 })).rejects.toThrow(/Unpack the archive/);
  });
});

describe('decoding', () => {
  async function firstImage(encoded: Uint8Array, changed: Partial<OpenDataOptions> = {}): Promise<number[]> {
    return [...(await (await openData(await fileOf(encoded), { ...options, ...changed })).pixels(Int32Array.of(0)))];
  }
  const raw = (values: number[], width: number, height: number, channels: 1 | 2 | 3 | 4) =>
    sharp(Buffer.from(values), { raw: { width, height, channels } });

  it('reads a single PNG, WebP or JPEG', async () => {
    const values = Array.from({ length: 48 }, (_, index) => index * 5);
    expect(await firstImage(await raw(values, 4, 4, 3).png().toBuffer())).toEqual(values);
    expect(await firstImage(await raw(values, 4, 4, 3).webp({ lossless: true }).toBuffer())).toEqual(values);
    const gray = await firstImage(await raw(new Array(16).fill(100), 4, 4, 1).jpeg({ quality: 100 }).toBuffer());
    expect(gray).toEqual(new Array(48).fill(100));
  });

  it('turns images upright by their EXIF orientation', async () => {
    const values = [0, 50, 100, 150, 200, 250];
    const jpeg = await raw(values, 3, 2, 1).withMetadata({ orientation: 6 }).png().toBuffer();
    const upright = await firstImage(jpeg, { height: 3, width: 2, channels: 1 });
    expect(upright).toEqual([150, 0, 200, 50, 250, 100]);
  });

  it('makes gray from RGB by luma and RGB from gray by repetition', async () => {
    const color = await raw([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], 4, 1, 3).png().toBuffer();
    expect(await firstImage(color, { height: 1, channels: 1 })).toEqual([76, 150, 29, 255]);
    const gray = await raw([0, 7, 200, 255], 4, 1, 1).toColourspace('b-w').png().toBuffer();
    expect(await firstImage(gray, { height: 1 })).toEqual([0, 0, 0, 7, 7, 7, 200, 200, 200, 255, 255, 255]);
    expect(await firstImage(gray, { height: 1, channels: 1 })).toEqual([0, 7, 200, 255]);
  });

  it('drops transparency and reads 16-bit and palette images', async () => {
    const transparent = await raw([10, 20, 30, 0, 40, 50, 60, 255], 2, 1, 4).png().toBuffer();
    expect(await firstImage(transparent, { height: 1, width: 2 })).toEqual([10, 20, 30, 40, 50, 60]);
    const deep = await raw([10, 20, 30, 40, 50, 60], 2, 1, 3).toColourspace('rgb16').png().toBuffer();
    expect(await firstImage(deep, { height: 1, width: 2 })).toEqual([10, 20, 30, 40, 50, 60]);
    const palette = await raw([255, 0, 0, 0, 0, 255], 2, 1, 3).png({ palette: true }).toBuffer();
    expect(await firstImage(palette, { height: 1, width: 2 })).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('resizes by stretching, covering or containing', async () => {
    // Left half black, right half white, twice as wide as high.
    const row = [0, 0, 0, 0, 255, 255, 255, 255];
    const wide = await raw([...row, ...row, ...row, ...row], 8, 4, 1)
      .png()
      .toBuffer();
    const small = { height: 2, width: 2, channels: 1 } as const;
    // A filter of 4 pixels to each side, cut off at the edge of the image: 0.5 of 3.5 lies across the middle.
    expect(await firstImage(wide, { ...small, resize: 'stretch' })).toEqual([36, 219, 36, 219]);
    // A filter of 2 pixels to each side: 0.25 of 2 or, at the edge of what is left of the crop, the same.
    expect(await firstImage(wide, { ...small, resize: 'cover' })).toEqual([32, 223, 32, 223]);
    const contained = await firstImage(wide, { height: 4, width: 4, channels: 1, resize: 'contain' });
    expect(contained.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(contained.slice(4, 8)).toEqual([0, 32, 223, 255]);
    await expect(firstImage(wide)).rejects.toThrow(/is 8 x 4 pixels, expected 4 x 4/);
  });
});

describe('memory and interruption', () => {
  it('gives the same pixels whether they are kept or decoded again', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { ...(await twoClasses()), 'cat/bad.png': 'x' });
    const kept = await openData(folder, options);
    const lazy = await openData(folder, { ...options, memoryBytes: 0 });
    expect(lazy.skipped).toEqual(kept.skipped);
    expect(await lazy.pixels(firstRows(5))).toEqual(await kept.pixels(firstRows(5)));
    await rm(join(folder, 'cat/a.png'));
    await expect(lazy.pixels(firstRows(5))).rejects.toThrow(/cat\/a.png could be decoded before and now cannot/);
    expect(await kept.pixels(Int32Array.of(0))).toHaveLength(48);
  });

  it('reports progress up to the last image', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, await twoClasses());
    const seen: number[] = [];
    await openData(folder, { ...options, onProgress: ({ done, total }) => seen.push(done, total ?? -1) });
    expect(seen).toEqual([1, 5, 2, 5, 3, 5, 4, 5, 5, 5]);
  });

  it('stops at an abort, before and during', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, await twoClasses());
    await expect(openData(folder, { ...options, signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
    const controller = new AbortController();
    const opened = openData(folder, { ...options, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(opened).rejects.toThrow(AbortedError);
  });
});
