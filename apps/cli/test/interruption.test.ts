// Training that is stopped from outside goes on from where it was, and ends in the same bundle.

import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleWeights } from './support/bundle-weights.ts';
import { runInProcess, runProcess } from './support/run-command.ts';
import { allowMismatch, network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
let whole: Buffer;

const command = (out: string): readonly string[] => [
  ...['train', network, '--data', data, '--cuts', '2', '--head', 'pooled', '--epochs', '3', '--batch', '16'],
  ...['--methods', 'ztw,sdn', '--augment', 'flip', '--seed', '7', allowMismatch, '--out', join(root, out)],
];
const weights = (out: string): Promise<Buffer> => bundleWeights(join(root, out, 'ztw'));

async function exists(...parts: readonly string[]): Promise<boolean> {
  return access(join(root, ...parts)).then(
    () => true,
    () => false,
  );
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-stop-'));
  data = await writeArrays(join(root, 'data'), 100, 1);
  const { code, stderr } = await runInProcess([...command('whole'), '--quiet']);
  expect(code, stderr).toBe(0);
  whole = await weights('whole');
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 130],
  ['SIGKILL', null],
] as const)('%s', async (signal, code) => {
  const stopped = await runProcess(command(signal), { interrupt: { when: 'IC 1 of 2 done', signal } });
  expect(stopped.code).toBe(code);
  expect(stopped.stdout).toBe('');
  expect(await exists(signal)).toBe(false);
  expect(await exists(`${signal}.work`)).toBe(true);
  if (signal !== 'SIGKILL') expect(stopped.stderr).toContain('Run the same command again to resume');

  const resumed = await runInProcess(command(signal));
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain('resuming after');
  expect((await weights(signal)).equals(whole)).toBe(true);
  expect(await exists(`${signal}.work`)).toBe(false);
});

test('a command that is stopped before it starts writes nothing', async () => {
  const controller = new AbortController();
  controller.abort();
  const { code, stderr } = await runInProcess(command('never'), controller.signal);
  expect(code).toBe(130);
  expect(stderr).toMatch(/^error: /m);
  expect(await exists('never')).toBe(false);
});

test('another job does not resume this work', async () => {
  const kept = [...command('kept'), '--keep-work', '--quiet'];
  expect((await runInProcess(kept)).code).toBe(0);
  const other = await runInProcess([...kept, '--epochs', '4', '--overwrite']);
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('it differs in recipe') });
  const afresh = await runInProcess([...kept, '--epochs', '4', '--overwrite', '--no-resume']);
  expect(afresh.code, afresh.stderr).toBe(0);
  expect((await weights('kept')).equals(whole)).toBe(false);
});
