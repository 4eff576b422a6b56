// Where a training job keeps what it may need again after an interruption. One job per folder: `job.json` says which.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, InvalidInputError } from '@ztw/core';
import { type FileBlobStore, fileBlobStore, hasErrorCode, storageError } from '../../storage/index.ts';

export interface WorkFolder {
  readonly path: string;
  /** Whether it held work of the same job when it was opened. */
  readonly resumed: boolean;
  /** Whether that job had come to its end; what it wrote is then an output like any other. */
  readonly finished: boolean;
  /** Blobs that outlive the process: results of finished networks. */
  readonly results: BlobStore;
  /** The trainer's checkpoints for one training of the job. */
  checkpoints(place: string): BlobStore;
  /** Room for features during one training; of no use after the process has ended. */
  scratch(place: string): BlobStore;
  /** Closes the files that are held open. */
  close(): void;
  /** Notes that the job has come to its end. */
  markFinished(): Promise<void>;
  /** Closes and deletes. */
  remove(): Promise<void>;
}

/** What decides the outcome of a job, as JSON-safe values; two jobs with the same description give the same bundle. */
export type JobDescription = Readonly<Record<string, unknown>>;

const jobFile = 'job.json';
const finishedFile = 'finished';

/**
 * Opens a work folder for a job; makes it when it is not there.
 * @param resume False: whatever lies there is dropped first.
 * @throws InvalidInputError when it holds another job's work, naming what differs, or files that are not a job's.
 */
export async function openWorkFolder(path: string, job: JobDescription, resume: boolean): Promise<WorkFolder> {
  await assertOwnFolder(path);
  if (!resume) await rm(path, { recursive: true, force: true });
  const stores: FileBlobStore[] = [];
  const store = (...parts: readonly string[]): FileBlobStore => {
    const opened = fileBlobStore(join(path, ...parts));
    stores.push(opened);
    return opened;
  };
  const close = (): void => {
    for (const opened of stores) opened.close();
  };
  const root = store();
  const stored = await root.get(jobFile);
  if (stored === null) {
    await root.put(jobFile, new TextEncoder().encode(`${JSON.stringify(job, null, 2)}\n`));
  } else {
    assertSameJob(path, stored, job);
  }
  return {
    path,
    resumed: stored !== null,
    finished: (await root.get(finishedFile)) !== null,
    results: root,
    checkpoints: (place) => store(place, 'checkpoints'),
    scratch: (place) => store(place, 'scratch'),
    close,
    markFinished: () => root.put(finishedFile, new Uint8Array()),
    remove: () => {
      close();
      return rm(path, { recursive: true, force: true });
    },
  };
}

/** Whether a folder holds a job that was interrupted. */
export async function holdsUnfinishedJob(path: string): Promise<boolean> {
  const names: readonly string[] = await readdir(path).catch(() => []);
  return names.includes(jobFile) && !names.includes(finishedFile);
}

/** A work folder is deleted when the job is done; one that holds other people's files must never be. */
async function assertOwnFolder(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw storageError('read', path, error);
  });
  // A kill may have come before the description had its final name.
  if (names.length > 0 && !names.some((name) => name.startsWith(jobFile))) {
    throw new InvalidInputError(
      `${path} is not empty and not a work folder, so it is left as it is. Choose another with --work.`,
    );
  }
}

function assertSameJob(path: string, stored: Uint8Array, job: JobDescription): void {
  const advice =
    'Repeat that command to resume it, choose another folder with --work, or start afresh with --no-resume.';
  let earlier: Record<string, unknown>;
  try {
    earlier = JSON.parse(new TextDecoder().decode(stored)) as Record<string, unknown>;
  } catch (cause) {
    throw new InvalidInputError(`The work folder ${path} is damaged: its ${jobFile} is no JSON. ${advice}`, { cause });
  }
  const names = [...new Set([...Object.keys(earlier), ...Object.keys(job)])];
  const different = names.filter((name) => JSON.stringify(earlier[name]) !== JSON.stringify(job[name]));
  if (different.length > 0) {
    throw new InvalidInputError(
      `The work folder ${path} holds another job's work; it differs in ${different.join(', ')}. ${advice}`,
    );
  }
}
