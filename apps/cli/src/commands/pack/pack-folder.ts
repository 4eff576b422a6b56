// A bundle as a single file: a zip archive whose entries are stored as they are, so that a program can read each by its
// range. The same bundle gives the same bytes.

import { openBundle, signaturePath } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { InvalidInputError } from '@ztw/core';
import { about } from '@ztw/core/runtime';
import { zipSync } from 'fflate';
import { assertOutputFile, hasErrorCode, writeOutputFile } from '../../storage/index.ts';

/** What was written; JSON-safe. */
export interface PackedFile {
  readonly file: string;
  /** Files of the bundle, with the manifest, and with the signature if there is one. */
  readonly files: number;
  readonly bytes: number;
}

/** Entries have no date of their own. This is the earliest of the format. */
const date: Date = new Date(1980, 0, 1);

/**
 * Packs the bundle in a folder. Every file is checked before.
 * @throws InvalidInputError for a file of another name, or one that may not be replaced; InvalidBundleError for a
 *   damaged bundle; StorageError. Nothing is written then.
 */
export async function packFolder(
  folder: string,
  file: string,
  options: { readonly overwrite: boolean },
): Promise<PackedFile> {
  if (!/\.(ztw|zip)$/i.test(file)) {
    throw new InvalidInputError(
      `Expected the name of a file that ends in .ztw; received ${file}. Programs know a single file by its name.`,
      { expected: '*.ztw', received: file, path: '--out' },
    );
  }
  await assertOutputFile(file, options);
  const entries = await about(folder, () => readEntries(folder));
  const bytes = zipSync(entries, { level: 0, mtime: date });
  await writeOutputFile(file, bytes, options);
  return { file, files: Object.keys(entries).length, bytes: bytes.length };
}

/** The manifest first, as programs read it first. */
async function readEntries(folder: string): Promise<Record<string, Uint8Array>> {
  const read = folderReader(folder);
  const entries: Record<string, Uint8Array> = {};
  const { manifest, file } = await openBundle(async (path, size) => {
    entries[path] = await read(path, size);
    return entries[path];
  });
  for (const { path } of manifest.files) await file(path);
  const signature = await read(signaturePath, 64).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (signature !== null) entries[signaturePath] = signature;
  return entries;
}
