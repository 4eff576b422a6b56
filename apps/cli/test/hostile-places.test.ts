// Places that a command must not write to, or not alone. The command says so before it begins, and touches nothing.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockFolder } from '../src/storage/index.ts';
import { runInProcess } from './support/run-command.ts';
import { network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
const at = (name: string): string => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-places-'));
  data = await writeArrays(at('data'), 60, 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const train = (...more: readonly string[]) =>
  runInProcess([
    ...['train', network, '--data', data, '--preset', 'none', '--cuts', '1', '--head', 'pooled'],
    ...['--epochs', '1', '--quiet'],
    ...more,
  ]);

test.skipIf(!existsSync('/proc/self'))('a place that takes no files is refused before the training', async () => {
  for (const places of [
    ['--out', '/proc/x/y'],
    ['--out', at('out'), '--work', '/proc/x/y'],
  ]) {
    const { code, stderr } = await train(...places);
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^error: Could not write \/proc\/x(\/y)?: .*\n$/);
  }
  expect(await readdir(root)).toEqual(['data']);
});

test.each([['--no-resume'], ['--resume-is-the-default']])(
  "a work folder of the user's own files (%s)",
  async (flag) => {
    const folder = at(`own${flag}`);
    await mkdir(folder);
    const files = { 'mine.txt': 'mine', 'job.json.bak': 'mine', 'job.json': '{"title":"mine"}' };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const more = flag === '--no-resume' ? [flag] : [];
    const { code, stderr } = await train('--out', at('out'), '--work', folder, ...more);
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('is not empty and not a work folder');
    for (const [name, content] of Object.entries(files))
      expect(await readFile(join(folder, name), 'utf8')).toBe(content);
    expect((await readdir(folder)).sort()).toEqual(Object.keys(files).sort());
  },
);

test('a work folder that another process has open', async () => {
  const work = at('held');
  await mkdir(work);
  const lock = await lockFolder(work);
  const second = await train('--out', at('second'), '--work', work);
  expect(second.code, second.stderr).toBe(1);
  expect(second.stderr).toMatch(new RegExp(`in use by process ${process.pid} on this computer, since .*--work`));
  lock.release();
  const third = await train('--out', at('third'), '--work', work);
  expect(third.code, third.stderr).toBe(0);
  expect(existsSync(work)).toBe(false);
});

test.each(['', '/inside'])('a work folder that is inside the output folder (%j)', async (below) => {
  const { code, stderr } = await train('--out', at('both'), '--work', at(`both${below}`));
  expect(code, stderr).toBe(2);
  expect(stderr).toContain('is inside the output folder');
});
