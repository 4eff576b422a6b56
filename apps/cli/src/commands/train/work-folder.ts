// Where a training job keeps what it needs to resume after an interruption. One job per folder, described by
// `job.json`.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobStore, InvalidInputError } from '@ztw/core';
import { type FolderLock, lockFolder } from '../../storage/folder-lock.ts';
import { type FileBlobStore, fileBlobStore, hasErrorCode, storageError } from '../../storage/index.ts';
import { makeFolder } from '../../storage/make-folder.ts';
import {
  describedJob,
  finishedFile,
  inspectWorkFolder,
  jobFile,
  removeEmptyFolder,
  removeOwnFiles,
  type WorkFolderContent,
} from './work-folder-files.ts';

export interface WorkFolder {
  readonly path: string;
  /** Whether it held work of the same job when it was opened. */
  readonly resumed: boolean;
  /** Whether that job was finished; what it wrote is then an output like any other. */
  readonly finished: boolean;
  /** Blobs that outlive the process: results of finished networks. */
  readonly results: BlobStore;
  /** The trainer's checkpoints for one training of the job. */
  checkpoints(place: string): BlobStore;
  /** Space for features during one training; useless after the process has ended. */
  scratch(place: string): BlobStore;
  /** Features that an interrupted training goes on with. */
  features(place: string): BlobStore;
  /** Closes the open files, and releases the folder for other processes. */
  close(): void;
  /** Records that the job is finished. */
  markFinished(): Promise<void>;
  /** Closes and deletes what the job wrote, and the folder if it is empty then. */
  remove(): Promise<void>;
}

/**
 * What determines the result of a job, as JSON-safe values. Two jobs with the same description give the same bundle.
 */
export type JobDescription = Readonly<Record<string, unknown>>;

/**
 * Opens a work folder for a job, exclusively for this process. Creates it if needed.
 * @param resume False: the work of an earlier job is deleted first.
 * @throws InvalidInputError if it holds the work of another job, naming the differences, or files that are not a job's.
 * @throws StorageError when another process has it open, or the file system fails.
 */
export async function openWorkFolder(path: string, job: JobDescription, resume: boolean): Promise<WorkFolder> {
  refuseForeign(path, await inspectWorkFolder(path));
  const lock = await lockNewFolder(path);
  try {
    const content = await inspectWorkFolder(path);
    // Another process may have used the folder before this one held the lock.
    refuseForeign(path, content);
    if (!resume) await removeOwnFiles(path);
    else if (content.kind === 'damaged') throw damaged(path);
    else if (content.kind === 'job') assertSameJob(path, content.job, job);
    return await openLocked(path, { job, lock, resumed: resume && content.kind === 'job' });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface LockedFolder {
  readonly job: JobDescription;
  readonly lock: FolderLock;
  readonly resumed: boolean;
}

async function openLocked(path: string, { job, lock, resumed }: LockedFolder): Promise<WorkFolder> {
  const stores: FileBlobStore[] = [];
  const store = (...parts: readonly string[]): FileBlobStore => {
    const opened = fileBlobStore(join(path, ...parts));
    stores.push(opened);
    return opened;
  };
  const close = (): void => {
    for (const opened of stores) opened.close();
    lock.release();
  };
  const root = store();
  if (!resumed) await root.put(jobFile, new TextEncoder().encode(describedJob(job)));
  return {
    path,
    resumed,
    finished: (await root.get(finishedFile)) !== null,
    results: root,
    checkpoints: (place) => store(place, 'checkpoints'),
    scratch: (place) => store(place, 'scratch'),
    features: (place) => store(place, 'recorded'),
    close,
    markFinished: () => root.put(finishedFile, new Uint8Array()),
    remove: async () => {
      for (const opened of stores) opened.close();
      await removeOwnFiles(path);
      lock.release();
      await removeEmptyFolder(path);
    },
  };
}

/** Creates and locks a folder. Another process that has just ended may remove it in between. */
async function lockNewFolder(path: string): Promise<FolderLock> {
  const attempts = 5;
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolder(path);
    } catch (error) {
      throw storageError('make', path, error);
    }
    try {
      return await lockFolder(path);
    } catch (error) {
      const vanished = hasErrorCode((error as Error).cause, 'ENOENT');
      if (!vanished || attempt === attempts) throw error;
    }
  }
}

/** Whether a folder holds a job that was interrupted. */
export async function holdsUnfinishedJob(path: string): Promise<boolean> {
  const content = await inspectWorkFolder(path).catch(() => null);
  if (content?.kind !== 'job') return false;
  return stat(join(path, finishedFile)).then(
    () => false,
    () => true,
  );
}

const advice = 'Repeat that command to resume it, choose another folder with --work, or start again with --no-resume.';

/** A work folder's files are created and deleted, so a folder with other files is refused. */
function refuseForeign(path: string, content: WorkFolderContent): void {
  if (content.kind !== 'foreign') return;
  throw new InvalidInputError(
    `Expected an empty folder or a work folder of this release; ${path} is not empty and not a work folder of this release. It was not changed. Choose another with --work.`,
    { path },
  );
}

function damaged(path: string): InvalidInputError {
  return new InvalidInputError(`The work folder ${path} is damaged: its ${jobFile} cannot be read. ${advice}`, {
    path,
  });
}

function assertSameJob(path: string, earlier: JobDescription, job: JobDescription): void {
  const names = [...new Set([...Object.keys(earlier), ...Object.keys(job)])];
  const different = names.filter((name) => JSON.stringify(earlier[name]) !== JSON.stringify(job[name]));
  if (different.length > 0) {
    throw new InvalidInputError(
      `The work folder ${path} holds the work of another job; it differs in ${different.join(', ')}. ${advice}`,
      { path },
    );
  }
}
