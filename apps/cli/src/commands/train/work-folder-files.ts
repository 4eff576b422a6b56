// Which files of a work folder are ours. Only they are ever deleted, by name; a user's files beside them stay.

import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { isLockText, lockFile } from '../../storage/folder-lock.ts';
import { readRegularFile } from '../../storage/read-regular-file.ts';
import { hasErrorCode, storageError } from '../../storage/storage-error.ts';

export const jobFile = 'job.json';
export const finishedFile = 'finished';
const format = 'ztw-work';
const version = 1;

/** Networks of a chain, methods trained again on the exits that stay, networks that pruning compares with. */
const place = '(?:network-\\d+|pruned-[a-z]+-[0-9a-f]{12}|alternative-[0-9a-f]{12})';
const ownFiles = new RegExp(
  `^(?:${[
    'job\\.json',
    finishedFile,
    `${place}/result\\.safetensors`,
    `${place}/profile\\.json`,
    `${place}/checkpoints/training/[a-z]+(?:-\\d+)?`,
    `${place}/scratch/features(?:/[^/]+)*/\\d+`,
  ].join('|')})(?:\\.\\d+\\.partial)?$`,
);
const ownFolders = new RegExp(`^${place}(?:/checkpoints(?:/training)?|/scratch(?:/features(?:/[^/]+)*)?)?$`);

/** How a description begins, by which also one that was cut short is known. */
const opening = `{\n  "format": "${format}"`;
const descriptionBytesLimit: number = 16 * 2 ** 20;

/** What lies at the path of a work folder. */
export type WorkFolderContent =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'job'; readonly job: Readonly<Record<string, unknown>> }
  /** Ours, but its description cannot be read any more. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'foreign' };

/** The text of a job's description. */
export function describedJob(job: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ format, version, job }, null, 2)}\n`;
}

/**
 * Tells a work folder from others by the content of its description, never by names alone.
 * @throws StorageError where the folder cannot be read.
 */
export async function inspectWorkFolder(path: string): Promise<WorkFolderContent> {
  const names: readonly string[] = await readdir(path).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw storageError('read', path, error);
  });
  if (names.includes(jobFile)) return parseDescription(await readText(join(path, jobFile)));
  // A kill may have come before the description had its final name.
  for (const name of names) if (!(await isBeginning(path, name))) return { kind: 'foreign' };
  return { kind: 'nothing' };
}

/** Deletes what is ours below a folder, and folders that are empty then. The lock stays. */
export async function removeOwnFiles(root: string): Promise<void> {
  await removeBelow('');

  async function removeBelow(folder: string): Promise<void> {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (hasErrorCode(error, 'ENOENT')) return [];
      throw storageError('read', join(root, folder), error);
    });
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const path = join(root, name);
      // A link is no folder here: what it leads to is not ours.
      if (entry.isDirectory() && ownFolders.test(name)) {
        await removeBelow(name);
        await removeEmptyFolder(path);
      } else if (entry.isFile() && ownFiles.test(name)) {
        await rm(path, { force: true }).catch((error: unknown) => {
          throw storageError('delete', path, error);
        });
      }
    }
  }
}

/** Deletes a folder where nothing is left in it. */
export async function removeEmptyFolder(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw storageError('delete', path, error);
  });
}

function parseDescription(text: string | null): WorkFolderContent {
  if (text === null) return { kind: 'foreign' };
  try {
    const value = parseJson(text, (reason) => new StorageError(reason)) as Partial<Record<string, unknown>> | null;
    const job = value?.job;
    if (value?.format !== format) return { kind: 'foreign' };
    if (value.version !== version || typeof job !== 'object' || job === null) return { kind: 'damaged' };
    return { kind: 'job', job: job as Readonly<Record<string, unknown>> };
  } catch {
    return { kind: text.startsWith(opening) ? 'damaged' : 'foreign' };
  }
}

/** Whether a file is one that a kill leaves before the description is written: a lock, or the description's beginning. */
async function isBeginning(folder: string, name: string): Promise<boolean> {
  const isPartial = /^job\.json\.\d+\.partial$/.test(name);
  if (!isPartial && name !== lockFile && name !== `${lockFile}.takeover`) return false;
  const text = await readText(join(folder, name));
  if (text === null) return false;
  if (text === '') return true;
  return isPartial ? text.startsWith(opening) || opening.startsWith(text) : isLockText(text);
}

async function readText(path: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await readRegularFile(path, { maximumBytes: descriptionBytesLimit }));
  } catch {
    return null;
  }
}
