// Output folders (bundles, reports) appear whole or not at all: all files go to a hidden folder beside the target, which
// is then renamed.

import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InvalidInputError, ZtwError } from '@ztw/core';
import { parseJson, throwIfAborted } from '@ztw/core/runtime';
import { followLinks } from './follow-links.ts';
import { assertWritablePlace, makeFolder } from './make-folder.ts';
import { readRegularFile } from './read-regular-file.ts';
import { checkRelativeName } from './relative-name.ts';
import { hasErrorCode, storageError } from './storage-error.ts';
import { writeThrough } from './write-file.ts';

export interface OutputFolderOptions {
  /** Whether an earlier bundle or report in the target's place may be replaced. Default false. */
  readonly overwrite?: boolean;
}

export interface WriteOutputOptions extends OutputFolderOptions {
  readonly signal?: AbortSignal;
}

/** Files by which an output of this program is known, and the `format` that they carry. */
const outputMarks: Readonly<Record<string, string>> = {
  'manifest.json': 'ztw-bundle',
  'report.json': 'ztw-evaluation',
  'ztw.json': 'ztw-triton-model',
};

/** A larger file is none of our marks. */
const markBytesLimit: number = 256 * 2 ** 20;

/**
 * Checks that output may and can be written to a folder: it does not exist, is empty, or is an earlier output that may be
 * replaced. Other people's files are never replaced. Worth a call before hours of work.
 * @throws InvalidInputError where it may not.
 * @throws StorageError where the folder cannot be read, or nothing can be written there.
 */
export async function assertOutputFolder(target: string, options: OutputFolderOptions = {}): Promise<void> {
  const entries = await listFolder(target);
  // Output is put together beside its place.
  await assertWritablePlace(dirname(await followLinks(target)));
  if (entries.length === 0) return;
  if (!(await isOutput(target))) {
    throw new InvalidInputError(
      `${target} is not empty and holds neither a bundle nor a report, so it is left as it is. Choose another folder, or empty it yourself.`,
    );
  }
  if (!options.overwrite) {
    throw new InvalidInputError(
      `${target} holds an earlier output. Choose another folder, or replace it with --overwrite.`,
    );
  }
}

/**
 * Writes a folder of files so that it is seen either whole or not at all, also after a crash, a full disk or Ctrl-C.
 * A link stays; the folder that it leads to is written.
 * @param files Contents by relative, `/`-separated name.
 * @throws InvalidInputError where the target may not be replaced, or for a name that leaves the folder.
 * @throws StorageError where the file system fails.
 * @throws AbortedError once the signal has fired.
 */
export async function writeOutputFolder(
  target: string,
  files: ReadonlyMap<string, Uint8Array>,
  options: WriteOutputOptions = {},
): Promise<void> {
  await assertOutputFolder(target, options);
  for (const name of files.keys()) checkRelativeName(name);
  const place = await followLinks(target);
  const partial = join(dirname(place), `.${basename(place)}.partial`);
  try {
    await rm(partial, { recursive: true, force: true });
    await makeFolder(partial);
    for (const [name, bytes] of files) {
      throwIfAborted(options.signal, 'writing of the output');
      await writeThrough(join(partial, name), bytes);
    }
    await putInPlace(partial, place);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw ZtwError.isInstance(error) ? error : storageError('write', target, error);
  }
}

/** Renames a finished folder to its place; what lay there comes back where that fails. */
async function putInPlace(partial: string, place: string): Promise<void> {
  const old = join(dirname(place), `.${basename(place)}.old`);
  await rm(old, { recursive: true, force: true });
  const replaced = await rename(place, old).then(
    () => true,
    (error: unknown) => {
      if (hasErrorCode(error, 'ENOENT')) return false;
      throw error;
    },
  );
  try {
    await rename(partial, place);
  } catch (error) {
    if (replaced) await rename(old, place);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    if (hasErrorCode(error, 'ENOTDIR')) {
      throw new InvalidInputError(`${path} is a file, expected a folder to write to. Choose another path.`, {
        cause: error,
      });
    }
    throw storageError('read', path, error);
  }
}

async function isOutput(folder: string): Promise<boolean> {
  for (const [file, format] of Object.entries(outputMarks)) {
    const bytes = await readRegularFile(join(folder, file), { maximumBytes: markBytesLimit }).catch(() => null);
    if (bytes !== null && formatOf(bytes) === format) return true;
  }
  return false;
}

/** The `format` of a JSON object; null where the bytes are none. */
function formatOf(bytes: Uint8Array): unknown {
  try {
    const value = parseJson(bytes, (reason) => new InvalidInputError(reason));
    return typeof value === 'object' && value !== null && 'format' in value ? value.format : null;
  } catch {
    return null;
  }
}
