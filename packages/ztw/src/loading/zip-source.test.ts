import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidBundleError } from '@ztw/core';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { blobSource, zipUrlSource } from './zip-source.ts';

type Entries = Readonly<Record<string, Uint8Array>>;

const zipOf = (entries: Entries, level: 0 | 9 = 0): Buffer => Buffer.from(zipSync({ ...entries }, { level }));

const content = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
const manifest = new TextEncoder().encode('{}');
const entries: Entries = { 'manifest.json': manifest, 'networks/0/stage-00.onnx': content };
const archive = zipOf(entries);
const sourceOf = (bytes: Buffer) => blobSource(new Blob([new Uint8Array(bytes)]), 'fashion.ztw');
const stage = 'networks/0/stage-00.onnx';

/** Serves bytes, with ranges if `ranges`. */
async function serve(bytes: Buffer, ranges: boolean | 'short') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
    asked.push(request.headers.range ?? 'all');
    if (range === null || ranges === false) return void response.end(bytes);
    const [, first = '', last = ''] = range;
    const start = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
    const end = first === '' || last === '' ? bytes.length : Number(last) + 1;
    response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` });
    response.end(bytes.subarray(start, ranges === 'short' && first !== '' ? end - 1000 : end));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/fashion.ztw`);
  return { url, asked, [Symbol.dispose]: () => void server.close() };
}

describe('a bundle in a single file', () => {
  test('gives its files', async () => {
    const source = sourceOf(archive);
    expect(await source.read('manifest.json', {})).toEqual(manifest);
    expect(await source.read(stage, { expectedBytes: content.length })).toEqual(content);
  });

  test.each([true, false])('over a network, with ranges: %s', async (ranges) => {
    using server = await serve(archive, ranges);
    const source = zipUrlSource(server.url);
    expect(await source.read('manifest.json', {})).toEqual(manifest);
    expect(await source.read(stage, { expectedBytes: content.length })).toEqual(content);
    // One request for the table of contents, and one for each file.
    expect(server.asked).toHaveLength(ranges ? 3 : 1);
  });

  test('a server that sends less than it was asked for', async () => {
    using server = await serve(archive, 'short');
    const reading = zipUrlSource(server.url).read(stage, { expectedBytes: content.length });
    await expect(reading).rejects.toSatisfy(InvalidBundleError.isInstance);
  });
});

describe('is refused where it', () => {
  const refused = async (bytes: Buffer, path: string, expectedBytes?: number): Promise<Error> => {
    const options = expectedBytes === undefined ? {} : { expectedBytes };
    const error = await sourceOf(bytes)
      .read(path, options)
      .then(
        () => null,
        (reason: unknown) => reason,
      );
    expect(InvalidBundleError.isInstance(error)).toBe(true);
    return error as Error;
  };

  test('lacks a file', async () => {
    expect((await refused(archive, 'other')).message).toMatch(/Expected other in fashion\.ztw/);
  });

  test('holds another size than the manifest lists', async () => {
    expect((await refused(archive, stage, 5)).message).toMatch(/Expected 5 bytes of .*; it holds 200000/);
  });

  test('is compressed: a small file could become a huge one', async () => {
    const bomb = zipOf({ 'manifest.json': new Uint8Array(1_000_000) }, 9);
    expect((await refused(bomb, 'manifest.json')).message).toMatch(/as it is; it is compressed/);
  });

  test('claims a huge manifest', async () => {
    const huge = Buffer.from(zipOf({ 'manifest.json': manifest }));
    const central = huge.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    for (const field of [20, 24]) huge.writeUInt32LE(0x7fff_ffff, central + field);
    expect((await refused(huge, 'manifest.json')).message).toMatch(/at most 67108864 bytes/);
  });

  test('points outside of itself', async () => {
    const outside = Buffer.from(archive);
    const central = outside.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    outside.writeUInt32LE(0x7fff_0000, central + 42);
    await refused(outside, 'manifest.json');
  });

  test.each([0, 1, 21, 300, 100_000, archive.length - 1])('was cut after %i bytes', async (length) => {
    await refused(archive.subarray(0, length), stage, content.length);
  });

  test('is no archive', async () => {
    expect((await refused(Buffer.from('{"format":"ztw-bundle"}'), 'manifest.json')).message).toMatch(
      /as ztw pack writes it/,
    );
  });

  test('has any one byte changed: no error without a type', async () => {
    const small = zipOf({ 'manifest.json': manifest });
    for (let place = 0; place < small.length; place++) {
      const changed = Buffer.from(small);
      changed[place] = (changed[place]! + 101) % 256;
      const error = await sourceOf(changed)
        .read('manifest.json', {})
        .then(
          () => null,
          (reason: unknown) => reason,
        );
      if (error !== null) expect(InvalidBundleError.isInstance(error), `byte ${place}: ${error}`).toBe(true);
    }
  });
});
