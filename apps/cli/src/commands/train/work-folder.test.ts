import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvalidInputError, StorageError } from '@ztw/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdsUnfinishedJob, openWorkFolder } from './work-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-work-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('the same job resumes with the stored work', async () => {
  const first = await openWorkFolder(join(root, 'work'), { seed: 1 }, true);
  expect(first.resumed).toBe(false);
  await first.checkpoints('network-0').put('state', Uint8Array.of(7));
  first.close();
  const second = await openWorkFolder(join(root, 'work'), { seed: 1 }, true);
  expect(second.resumed).toBe(true);
  expect(await second.checkpoints('network-0').get('state')).toEqual(Uint8Array.of(7));
  expect(await second.checkpoints('network-1').get('state')).toBeNull();
});

test("another job's folder is refused, and says what differs", async () => {
  (await openWorkFolder(root, { seed: 1, recipe: { epochs: 5 }, runtime: 'a' }, true)).close();
  const other = openWorkFolder(root, { seed: 1, recipe: { epochs: 6 }, data: 'b' }, true);
  await expect(other).rejects.toThrow('it differs in recipe, runtime, data.');
  await expect(other).rejects.toSatisfy(InvalidInputError.isInstance);
});

test('without resume, the earlier work is dropped', async () => {
  const first = await openWorkFolder(root, { seed: 1 }, true);
  await first.results.put('network-0/result.safetensors', Uint8Array.of(1));
  first.close();
  const second = await openWorkFolder(root, { seed: 2 }, false);
  expect(second.resumed).toBe(false);
  expect(await second.results.get('network-0/result.safetensors')).toBeNull();
});

test('a folder with other files is not dropped', async () => {
  await writeFile(join(root, 'thesis.txt'), 'years of work');
  await expect(openWorkFolder(root, { seed: 1 }, false)).rejects.toThrow('not a work folder');
  expect(await readdir(root)).toEqual(['thesis.txt']);
});

test('a damaged description is an error, and can be dropped', async () => {
  (await openWorkFolder(root, { seed: 1 }, true)).close();
  const text = await readFile(join(root, 'job.json'), 'utf8');
  await writeFile(join(root, 'job.json'), text.slice(0, -5));
  await expect(openWorkFolder(root, { seed: 1 }, true)).rejects.toThrow('damaged');
  expect((await openWorkFolder(root, { seed: 1 }, false)).resumed).toBe(false);
});

test.each([
  ['a name like ours', { 'mine.txt': 'mine', 'job.json.bak': '{}' }],
  ["the user's own job.json", { 'mine.txt': 'mine', 'job.json': '{"title":"my job","version":1}' }],
  ["the user's own job.json alone", { 'job.json': '{"seed":1}' }],
  ['one that is no JSON', { 'job.json': '{"seed":' }],
  ['one nested without end', { 'job.json': '['.repeat(100_000) }],
  ['the name of an unfinished description', { 'job.json.0.partial': 'mine' }],
  ['the name of a lock', { 'lock.json': '{"name":"mine"}' }],
])('a folder with %s stays as it is', async (_, files) => {
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
  for (const resume of [true, false]) {
    await expect(openWorkFolder(root, { seed: 1 }, resume)).rejects.toSatisfy(InvalidInputError.isInstance);
    expect(await holdsUnfinishedJob(root)).toBe(false);
  }
  expect((await readdir(root)).sort()).toEqual(Object.keys(files).sort());
  for (const [name, content] of Object.entries(files)) expect(await readFile(join(root, name), 'utf8')).toBe(content);
});

test.each(['remove', 'no resume'])(
  "a user's files in a work folder outlive the job (%s), whatever they are called",
  async (drop) => {
    const path = join(root, 'work');
    const mine = [
      'mine.txt',
      'network-0/mine.txt',
      'network-0/checkpoints/training/mine.onnx',
      'network-0/scratch/a/0',
    ];
    const outside = join(root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'result.safetensors'), 'mine');
    const work = await openWorkFolder(path, { seed: 1 }, true);
    await work.checkpoints('network-0').put('training/state', Uint8Array.of(7));
    await work.scratch('network-0').put('features/a/cut-0/next/000000', Uint8Array.of(1));
    for (const name of mine) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), 'mine');
    }
    await symlink(outside, join(path, 'network-1')).catch(() => undefined);
    if (drop === 'remove') await work.remove();
    else {
      work.close();
      (await openWorkFolder(path, { seed: 2 }, false)).close();
    }
    for (const name of mine) expect(await readFile(join(path, name), 'utf8'), name).toBe('mine');
    expect(await readdir(outside)).toEqual(['result.safetensors']);
    const left = (await readdir(path, { recursive: true })).filter((name) => /state|000000/.test(name));
    expect(left).toEqual([]);
  },
);

test('the remains of a process killed before its first write are taken over', async () => {
  await writeFile(join(root, 'job.json.0.partial'), '{\n  "format": "zt');
  const work = await openWorkFolder(root, { seed: 1 }, true);
  expect(work.resumed).toBe(false);
  await work.remove();
  await expect(readdir(root)).rejects.toThrow('ENOENT');
  await mkdir(root);
});

test('two processes do not work in one folder', async () => {
  const first = await openWorkFolder(root, { seed: 1 }, true);
  for (const resume of [true, false]) {
    const second = openWorkFolder(root, { seed: 1 }, resume);
    await expect(second).rejects.toSatisfy(StorageError.isInstance);
    await expect(second).rejects.toThrow(`in use by process ${process.pid} on this computer, since 2`);
  }
  first.close();
  first.close();
  expect((await openWorkFolder(root, { seed: 1 }, true)).resumed).toBe(true);
});

test('removing leaves nothing', async () => {
  const work = await openWorkFolder(join(root, 'work'), {}, true);
  await work.scratch('network-0').put('features/sweep/cut-0/next/000000', Uint8Array.of(1));
  await work.remove();
  expect(await readdir(root)).toEqual([]);
});
