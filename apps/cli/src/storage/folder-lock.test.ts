import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '@ztw/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLockText, lockFolder } from './folder-lock.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-lock-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const endedProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid;
const lockOf = (pid: number, host = hostname(), processStart: string | null = null) =>
  JSON.stringify({ format: 'ztw-lock', pid, host, since: '2026-01-01T00:00:00.000Z', processStart });

test('names its holder, and leaves nothing after release', async () => {
  const lock = await lockFolder(root);
  expect(isLockText(await readFile(join(root, 'lock.json'), 'utf8'))).toBe(true);
  await expect(lockFolder(root)).rejects.toThrow(`process ${process.pid} on this computer`);
  lock.release();
  lock.release();
  expect(await readdir(root)).toEqual([]);
});

test('of many that want it at once, one gets it', async () => {
  await writeFile(join(root, 'lock.json'), lockOf(endedProcess()));
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(root)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toSatisfy(StorageError.isInstance);
  }
});

test('is taken over from a process that has ended', async () => {
  await writeFile(join(root, 'lock.json'), lockOf(endedProcess()));
  (await lockFolder(root)).release();
});

test.skipIf(!existsSync('/proc/self/stat'))('is taken over where another process has got the number', async () => {
  await writeFile(join(root, 'lock.json'), lockOf(process.pid, hostname(), '1'));
  (await lockFolder(root)).release();
});

test('is not taken over from another computer, and says which file to delete', async () => {
  await writeFile(join(root, 'lock.json'), lockOf(1, 'elsewhere'));
  await expect(lockFolder(root)).rejects.toThrow(/on elsewhere, since 2026.*delete .*lock\.json/);
});

test('that a crash left empty is taken over after a while', async () => {
  await writeFile(join(root, 'lock.json'), '');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(join(root, 'lock.json'), longAgo, longAgo);
  (await lockFolder(root)).release();
});

test('is not deleted by one who has lost it', async () => {
  const lock = await lockFolder(root);
  await writeFile(join(root, 'lock.json'), lockOf(1, 'elsewhere'));
  lock.release();
  expect(await readdir(root)).toEqual(['lock.json']);
});
