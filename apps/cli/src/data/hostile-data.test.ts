// Files that are made to take much memory or never to end. Each case states what a small file may cost.

import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGzip } from 'node:zlib';
import { InvalidDataError } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { describe, expect, it } from 'vitest';
import { gzip, idxOf, png, tarOf, temporaryFolders, writeFiles } from './__fixtures__/make-data.ts';
import { readLabels } from './labels-file.ts';
import { writeNpy } from './npy.ts';
import { type OpenDataOptions, openData } from './open-data.ts';

const temporaryFolder = temporaryFolders();
const options: OpenDataOptions = { height: 4, width: 4, channels: 3, resize: 'stretch' };
const mebibyte = 2 ** 20;

/** Opens data that must be refused with our own error. */
async function refused(path: string, message: RegExp, how: OpenDataOptions = options): Promise<void> {
  const opened = openData(path, how);
  await expect(opened).rejects.toSatisfy(InvalidDataError.isInstance);
  await expect(opened).rejects.toThrow(message);
}

async function fileOf(bytes: Uint8Array, name = 'file'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return path;
}

/** A gzipped file that begins with the given bytes and goes on with so many MiB of zeros, then with others. */
async function zeros(start: Uint8Array, mebibytes: number, end: Uint8Array = new Uint8Array()): Promise<string> {
  const path = join(await temporaryFolder(), 'file.gz');
  const chunk = new Uint8Array(mebibyte);
  const source = Readable.from(
    (function* () {
      yield start;
      for (let index = 0; index < mebibytes; index++) yield chunk;
      yield end;
    })(),
  );
  await pipeline(source, createGzip({ level: 1 }), createWriteStream(path));
  return path;
}

/** How much the most memory of this process grows while something runs, in MiB. */
async function growth(run: () => Promise<void>): Promise<number> {
  const before = Math.max(process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024);
  await run();
  return (process.resourceUsage().maxRSS * 1024 - before) / mebibyte;
}

describe('packed arrays that grow out of proportion', () => {
  const idxHeader = (...shape: readonly number[]) => idxOf(shape, []);

  it.each([
    ['IDX', idxHeader(300, 1024, 1024)],
    ['.npy', writeNpy(new Uint8Array(), [0]).slice(0, 128)],
    ['nothing known', Uint8Array.of(1)],
  ])('as %s are refused while they are unpacked', async (_, header) => {
    const path = await zeros(header, 300);
    expect(await growth(() => refused(path, /unpacks to more than \d+/))).toBeLessThan(200);
  });

  it('are refused as labels, too', async () => {
    const path = await zeros(idxHeader(300 * mebibyte), 300);
    await expect(readLabels(path)).rejects.toThrow(/unpacks to more than/);
  });

  it('are read if they are small', async () => {
    const path = await fileOf(gzip(idxOf([40, 1024, 1024], new Uint8Array(40 * mebibyte))));
    expect(await openData(path, { ...options, limit: 2 })).toMatchObject({ rows: 2 });
  });
});

describe('arrays with empty rows', () => {
  it.each([
    ['IDX', idxOf([0xffffffff, 0, 28], [])],
    ['IDX without width', idxOf([0xffffffff, 28, 0], [])],
    ['.npy', npyOfShape('(4294967296, 0, 4)')],
    ['.npy with channels', npyOfShape('(9007199254740991, 4, 0, 3)')],
  ])('as %s are refused, however many they are', async (_, bytes) => {
    await refused(await fileOf(bytes), /holds images of \d+ x \d+ pixels/);
  });

  function npyOfShape(shape: string): Uint8Array {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }\n`;
    return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0]), Buffer.from(text)]);
  }
});

describe('images that are larger than they look', () => {
  /** A PNG that claims a size; its pixels are missing. */
  function claimedPng(width: number, height: number): Buffer {
    const chunk = (kind: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(kind), data]);
      const frame = Buffer.alloc(8);
      frame.writeUInt32BE(data.length);
      frame.writeUInt32BE(crc32(body), 4);
      return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 1], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', Buffer.alloc(8)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }

  it.each([
    [16_000, 16_000],
    [9000, 9000],
    [1_000_000, 1000],
  ])('(%d x %d) are skipped before a pixel is decoded', async (width, height) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'large.png': claimedPng(width, height), 'small.png': await png() });
    const data = await openData(folder, options);
    expect(data.rows).toBe(1);
    expect(data.skipped).toEqual([{ name: 'large.png', reason: expect.stringMatching(/at most 67108864/) }]);
  });
});

describe('PNG images with a wrong checksum', () => {
  it.each(['IHDR', 'IDAT', 'IEND'])('in %s are skipped and named', async (kind) => {
    const whole = await png({ width: 40, height: 40 });
    const at = whole.indexOf(kind);
    const folder = await temporaryFolder();
    const altered = (bit: number) => {
      const copy = Buffer.from(whole);
      copy[at + 4 + whole.readUInt32BE(at - 4) + Math.floor(bit / 8)]! ^= 1 << (bit % 8);
      return copy;
    };
    await writeFiles(folder, { 'whole.png': whole, 'first.png': altered(0), 'last.png': altered(31) });
    const data = await openData(folder, options);
    expect(data.rows).toBe(1);
    expect(data.skipped.map(({ name }) => name)).toEqual(['first.png', 'last.png']);
    for (const { reason } of data.skipped) expect(reason).toContain(`checksum of its ${kind} chunk is wrong`);
  });
});

describe('tar archives', () => {
  it('with a huge file that is no image are read past it, in little memory', async () => {
    const file = await tarOf({ 'README.txt': new Uint8Array(0) });
    const header = resized(file.subarray(0, 512), 400 * mebibyte);
    const image = await tarOf({ 'cat/a.png': await png() });
    const path = await zeros(header, 400, image);
    const used = await growth(async () => expect(await openData(path, options)).toMatchObject({ rows: 1 }));
    expect(used).toBeLessThan(200);
    await refused(await zeros(header, 400, image.subarray(-1024)), /holds no image/);
  });

  it('with a huge file that claims to be an image are refused, in little memory', async () => {
    const header = resized((await tarOf({ 'a.png': new Uint8Array(0) })).subarray(0, 512), 400 * mebibyte);
    const path = await zeros(header, 400, new Uint8Array(1024));
    expect(await growth(() => refused(path, /at most 268435456|take more than/))).toBeLessThan(700);
  });

  it('with more images than their bytes can hold are refused', async () => {
    const entry = (await tarOf({ 'a.png': new Uint8Array(0) })).subarray(0, 512);
    const named = (index: number) => {
      const header = Buffer.from(entry);
      header.write(`${index}.png`.padEnd(20, '\0'));
      return withChecksum(header);
    };
    const entries = Buffer.concat(Array.from({ length: 70_000 }, (_, index) => named(index)));
    await refused(await fileOf(gzip(entries)), /take more than 64 MiB/);
  });

  // The first byte of a size: octal digits, or 0x80 and 0xff before a binary number. All else means nothing.
  it.each([0x81, 0x90, 0xa0, 0xfe, 0xff, 0x2d, 0x39, 0x00])(
    'with a size that begins with %i end in our error',
    async (byte) => {
      const archive = Buffer.from(await tarOf({ 'a.png': await png() }));
      archive[124] = byte;
      withChecksum(archive);
      const opened = await outcome(fileOf(archive));
      expect(opened).not.toBe('never');
    },
  );

  it.each([0x81, 0xc3, 0xfe])('with a size field of %i say that they are damaged', async (byte) => {
    const archive = Buffer.from(await tarOf({ 'a.png': await png() }));
    archive[124] = byte;
    withChecksum(archive);
    await refused(await fileOf(archive), /damaged or incomplete/);
  });

  it('that are altered anywhere give rows or a typed error', async () => {
    const whole = await tarOf({
      'cat/a.png': await png(),
      'cat/note.txt': Buffer.from('note'),
      [`${'d'.repeat(120)}/b.png`]: await png(),
    });
    const random = seededRandom(7);
    const below = (limit: number) => Math.floor(random() * limit);
    for (let round = 0; round < 150; round++) {
      const archive = Buffer.from(whole);
      const header = 512 * below(archive.length / 512);
      for (let change = 0; change <= below(4); change++)
        archive[header + (below(2) ? below(512) : 124 + below(12))] = below(256);
      if (below(2)) archive[header + 156] = 'xgLKDVS01234567'.charCodeAt(below(15));
      withChecksum(archive.subarray(header, header + 512));
      const cut = below(4) === 0 ? archive.subarray(0, 512 + below(archive.length - 512)) : archive;
      expect(await outcome(fileOf(below(2) ? gzip(cut) : cut)), `round ${round}`).not.toBe('never');
    }
  }, 60_000);

  /** `rows`, `refused` (with our error), or `never` where nothing comes in five seconds. */
  async function outcome(file: Promise<string>): Promise<string> {
    const path = await file;
    const opened = openData(path, options).then(
      () => 'rows',
      (error: unknown) => {
        if (!InvalidDataError.isInstance(error)) throw error;
        return 'refused';
      },
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('never'), 5000);
    });
    return Promise.race([opened, late]).finally(() => clearTimeout(timer));
  }

  function resized(header: Uint8Array, size: number): Buffer {
    const copy = Buffer.from(header);
    copy.write(`${size.toString(8).padStart(11, '0')} `, 124);
    return withChecksum(copy);
  }

  function withChecksum(header: Buffer): Buffer {
    header.write('        ', 148);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')} `, 148);
    return header;
  }
});

describe.skipIf(!existsSync('/dev/zero'))('pipes and devices', () => {
  it('are refused at once, as data, labels and in folders', async () => {
    const folder = await temporaryFolder();
    const pipe = join(folder, 'pipe.png');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero', '/dev/tty']) {
      await refused(path, /is a (pipe|device), expected a regular file|could not be read/);
      await expect(readLabels(path)).rejects.toSatisfy(InvalidDataError.isInstance);
    }
    await symlink('/dev/zero', join(folder, 'zero.png'));
    await mkdir(join(folder, 'cat'));
    await writeFile(join(folder, 'cat/a.png'), await png());
    expect(await openData(folder, options)).toMatchObject({ rows: 1 });
  });
});
