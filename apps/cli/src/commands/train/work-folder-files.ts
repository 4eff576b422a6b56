// Which files of a work folder belong to the job. Only these are ever deleted, by name; a user's files beside them are
// kept.

import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '@ztw/bundle/node';
import { StorageError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import { isLockText, lockFile } from '../../storage/folder-lock.ts';
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
    `${place}/(?:scratch|recorded)/features(?:/[^/]+)*/\\d+`,
  ].join('|')})(?:\\.\\d+\\.partial)?$`,
);
const ownFolders = new RegExp(
  `^${place}(?:/checkpoints(?:/training)?|/(?:scratch|recorded)(?:/features(?:/[^/]+)*)?)?$`,
);

/** How a description begins; a truncated one is also recognised by it. */
const opening = `{\n  "format": "${format}"`;
const descriptionBytesLimit: number = 16 * 2 ** 20;

/** What is at the path of a work folder. */
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
  // The process may have been killed before the description had its final name.
  for (const name of names) if (!(await isBeginning(path, name))) return { kind: 'foreign' };
  return { kind: 'nothing' };
}

/** Deletes the job's files below a folder, and folders that are empty afterwards. Keeps the lock. */
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
      // Links are not followed: their targets are not the job's.
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

/** Deletes a folder if it is empty. */
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

/**
 * Whether a file can be left by a process that was killed before it wrote the description: a lock, or the beginning of
 * the description.
 */
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
