// One process at a time in a folder: a file that is made only where none lies, and says who made it. A lock whose process
// has ended on this computer is taken over; one of another computer cannot be judged, so the user is asked.

import { readFileSync, rmSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { hasErrorCode, storageError } from './storage-error.ts';

/** Name of the file that locks a folder. */
export const lockFile = 'lock.json';
const takeoverFile = `${lockFile}.takeover`;
const format = 'ztw-lock';

export interface FolderLock {
  /** Gives the folder free; a second call does nothing. */
  release(): void;
}

interface Holder {
  readonly format: typeof format;
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
  /** Tells a process from a later one with the same number, where the system says when processes start; else null. */
  readonly processStart: string | null;
}

/** A holder writes its file in one go; after so many milliseconds, what is unreadable was left by a crash. */
const writingMilliseconds = 3000;
const pauseMilliseconds = 50;

/**
 * Locks a folder that exists.
 * @throws StorageError naming the process that holds it, or where the file system fails.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, lockFile);
  const own: Holder = {
    format,
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    processStart: startOfProcess(process.pid),
  };
  const text = `${JSON.stringify(own, null, 2)}\n`;
  while (!(await writeNew(path, text))) {
    const found = await readHolder(path);
    if (found === 'gone') continue;
    if (found === 'being written') {
      await delay(pauseMilliseconds);
    } else if (found !== 'left unfinished' && !isStale(found)) {
      throw held(folder, path, found);
    } else {
      await removeStale(folder, path);
    }
  }
  let released = false;
  return {
    release: () => {
      if (released) return;
      released = true;
      // Where somebody removed the lock by hand and another process took it, it is not ours any more.
      try {
        if (readFileSync(path, 'utf8') === text) rmSync(path, { force: true });
      } catch (error) {
        if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw storageError('delete', path, error);
      }
    },
  };
}

/** True where the text is one of a lock file. */
export function isLockText(text: string): boolean {
  return parseHolder(text) !== null;
}

/** Of two that find the same stale lock, only one removes it, so that neither removes the other's new one. */
async function removeStale(folder: string, path: string): Promise<void> {
  const takeover = join(folder, takeoverFile);
  if (!(await writeNew(takeover, ''))) {
    if ((await ageOf(takeover)) > writingMilliseconds) await rm(takeover, { force: true });
    await delay(pauseMilliseconds);
    return;
  }
  try {
    const found = await readHolder(path);
    const stale = found === 'left unfinished' || (typeof found === 'object' && isStale(found));
    if (stale) await rm(path, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

/** False where there is such a file already. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST')) return false;
    throw storageError('write', path, error);
  }
}

async function readHolder(path: string): Promise<Holder | 'gone' | 'being written' | 'left unfinished'> {
  try {
    const holder = parseHolder(await readFile(path, 'utf8'));
    if (holder !== null) return holder;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return 'gone';
    throw storageError('read', path, error);
  }
  return (await ageOf(path)) > writingMilliseconds ? 'left unfinished' : 'being written';
}

function parseHolder(text: string): Holder | null {
  try {
    const value = parseJson(text, (reason) => new StorageError(reason)) as Partial<Holder> | null;
    const known = value?.format === format && Number.isSafeInteger(value.pid) && typeof value.host === 'string';
    return known ? (value as Holder) : null;
  } catch {
    return null;
  }
}

async function ageOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found === null ? 0 : Date.now() - found.mtimeMs;
}

function isStale({ pid, host, processStart }: Holder): boolean {
  if (host !== hostname()) return false;
  const start = startOfProcess(pid);
  if (start !== null && processStart !== null) return start !== processStart;
  return !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !hasErrorCode(error, 'ESRCH');
  }
}

/** When a process started, in the system's own words (Linux: field 22 of its `stat`); null where nothing says so. */
function startOfProcess(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function held(folder: string, path: string, { pid, host, since }: Holder): StorageError {
  const elsewhere = host !== hostname();
  return new StorageError(
    `The folder ${folder} is in use by process ${pid} on ${elsewhere ? host : 'this computer'}, since ${since}. ` +
      `Wait until it ends, or choose another folder with --work.${elsewhere ? ` If that process has ended, delete ${path}.` : ''}`,
  );
}
