import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '@ztw/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkFolder } from './work-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-work-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('the same job goes on, with what was stored', async () => {
  const first = await openWorkFolder(join(root, 'work'), { seed: 1 }, true);
  expect(first.resumed).toBe(false);
  await first.checkpoints('network-0').put('state', Uint8Array.of(7));
  const second = await openWorkFolder(join(root, 'work'), { seed: 1 }, true);
  expect(second.resumed).toBe(true);
  expect(await second.checkpoints('network-0').get('state')).toEqual(Uint8Array.of(7));
  expect(await second.checkpoints('network-1').get('state')).toBeNull();
});

test("another job's folder is refused, and says what differs", async () => {
  await openWorkFolder(root, { seed: 1, recipe: { epochs: 5 }, runtime: 'a' }, true);
  const other = openWorkFolder(root, { seed: 1, recipe: { epochs: 6 }, data: 'b' }, true);
  await expect(other).rejects.toThrow('it differs in recipe, runtime, data.');
  await expect(other).rejects.toSatisfy(InvalidInputError.isInstance);
});

test('without resume, the earlier work is dropped', async () => {
  const first = await openWorkFolder(root, { seed: 1 }, true);
  await first.results.put('result', Uint8Array.of(1));
  const second = await openWorkFolder(root, { seed: 2 }, false);
  expect(second.resumed).toBe(false);
  expect(await second.results.get('result')).toBeNull();
});

test('a folder with other files is not dropped', async () => {
  await writeFile(join(root, 'thesis.txt'), 'years of work');
  await expect(openWorkFolder(root, { seed: 1 }, false)).rejects.toThrow('not a work folder');
  expect(await readdir(root)).toEqual(['thesis.txt']);
});

test('a damaged description is an error', async () => {
  await writeFile(join(root, 'job.json'), '{"seed":');
  await expect(openWorkFolder(root, { seed: 1 }, true)).rejects.toThrow('damaged');
});

test('removing leaves nothing', async () => {
  const work = await openWorkFolder(join(root, 'work'), {}, true);
  await work.scratch('network-0').put('features', Uint8Array.of(1));
  await work.remove();
  expect(await readdir(root)).toEqual([]);
});
