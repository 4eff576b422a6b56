// The same training gives the same bytes, whatever the number of threads, and however its files are named.

import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInProcess } from './support/run-command.ts';
import { allowMismatch, network, writeArrays } from './support/sample-data.ts';

let root: string;
const at = (name: string): string => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-bytes-'));
  await writeArrays(at('data'), 200, 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Every file of a trained bundle, by its path inside. */
async function trained(out: string, more: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { code, stderr } = await runInProcess([
    ...['train', '--out', out, '--cuts', '2', '--head', 'pool-conv', '--epochs', '2', '--seed', '7', '--quiet'],
    ...[allowMismatch, ...more],
  ]);
  expect(code, stderr).toBe(0);
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = paths.sort().map(async (path) => [relative(out, path), await readFile(path, 'latin1')] as const);
  return new Map(await Promise.all(contents));
}

test('with other threads, relative and absolute paths, copies of the files, and another folder', async () => {
  const first = await trained(at('first'), [network, '--data', at('data'), '--threads', '1']);
  expect(first.size).toBeGreaterThan(3);
  await cp(at('data'), at('elsewhere/data'), { recursive: true });
  await cp(network, at(`elsewhere/${basename(network)}`));
  const runs: readonly (readonly [string, readonly string[]])[] = [
    ['again', [network, '--data', at('data'), '--threads', '1']],
    ['threads', [network, '--data', at('data'), '--threads', '3']],
    ['default-threads', [network, '--data', at('data')]],
    ['relative', [relative('.', network), '--data', relative('.', at('data')), '--threads', '1']],
    ['slash', [network, '--data', `${at('data')}/`, '--threads', '1']],
    ['elsewhere', [at(`elsewhere/${basename(network)}`), '--data', at('elsewhere/data'), '--work', at('work')]],
  ];
  for (const [name, more] of runs) {
    const other = await trained(at(`out-${name}`), more);
    expect([...other.keys()]).toEqual([...first.keys()]);
    for (const [path, bytes] of first) expect(other.get(path) === bytes, `${path} of ${name}`).toBe(true);
  }
});
