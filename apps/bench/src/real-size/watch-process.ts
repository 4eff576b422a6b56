// What a child process takes while it runs: seconds per phase, from its progress lines, peak memory, and disk space below
// some folders.

import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ProcessUse {
  /** Seconds by phase, in the order in which they began. */
  readonly seconds: ReadonlyMap<string, number>;
  /** Null where the system does not tell. */
  readonly peakMemoryBytes: number | null;
  readonly peakDiskBytes: number;
}

export interface WatchProcessOptions {
  /** Folders that the process writes to; they need not exist. */
  readonly folders: readonly string[];
  /** The phase that a line of progress belongs to; null for other lines. */
  phaseOf(line: string): string | null;
  onLine(line: string): void;
}

const pollMilliseconds = 500;

/** Watches a process, whose error output is piped, until it ends. @throws Error if it fails. */
export async function watchProcess(child: ChildProcess, options: WatchProcessOptions): Promise<ProcessUse> {
  const { folders, phaseOf, onLine } = options;
  const seconds = new Map<string, number>();
  let phase = 'start';
  let since = performance.now();
  const advance = (next: string): void => {
    const now = performance.now();
    seconds.set(phase, (seconds.get(phase) ?? 0) + (now - since) / 1000);
    [phase, since] = [next, now];
  };
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`The process ended with ${signal ?? `code ${code}`}.`));
    });
  });
  if (child.stderr === null || child.pid === undefined) throw new Error('Expected a process with piped error output.');
  createInterface({ input: child.stderr }).on('line', (line) => {
    onLine(line);
    const next = phaseOf(line);
    if (next !== null) advance(next);
  });
  let [peakMemoryBytes, peakDiskBytes] = [null as number | null, 0];
  const { pid } = child;
  const poll = async (): Promise<void> => {
    peakMemoryBytes = (await peakMemory(pid)) ?? peakMemoryBytes;
    const sizes = await Promise.all(folders.map(folderBytes));
    peakDiskBytes = Math.max(
      peakDiskBytes,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  };
  const timer = setInterval(() => void poll(), pollMilliseconds);
  try {
    await ended;
  } finally {
    clearInterval(timer);
  }
  advance('end');
  return { seconds, peakMemoryBytes, peakDiskBytes };
}

/** The most that a process ever had resident. Linux tells it. */
async function peakMemory(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Files come and go meanwhile; those that are gone count nothing. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
