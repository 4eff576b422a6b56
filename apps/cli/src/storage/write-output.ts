// Output folders (bundles, reports) appear completely or not at all: all files are written to a hidden folder beside
// the target, which is then renamed.

import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readRegularFile } from '@ztw/bundle/node';
import { InvalidInputError, ZtwError } from '@ztw/core';
import { parseJson, throwIfAborted } from '@ztw/core/runtime';
import { followLinks } from './follow-links.ts';
import { assertWritablePlace, makeFolder } from './make-folder.ts';
import { checkRelativeName } from './relative-name.ts';
import { hasErrorCode, storageError } from './storage-error.ts';
import { writeThrough } from './write-file.ts';

export interface OutputFolderOptions {
  /** Whether an earlier bundle or report at the target may be replaced. Default false. */
  readonly overwrite?: boolean;
}

export interface WriteOutputOptions extends OutputFolderOptions {
  readonly signal?: AbortSignal;
}

/** Files that identify an output of this program, and their `format`. */
const outputMarks: Readonly<Record<string, string>> = {
  'manifest.json': 'ztw-bundle',
  'report.json': 'ztw-evaluation',
  'ztw.json': 'ztw-triton-model',
};

/** A larger file is not one of these. */
const markBytesLimit: number = 256 * 2 ** 20;

/**
 * Checks that output can be written to a folder: it does not exist, is empty, or is an earlier output that may be
 * replaced. Other files are never replaced. Call it before long work.
 * @throws InvalidInputError if output must not be written there.
 * @throws StorageError if the folder cannot be read or written.
 */
export async function assertOutputFolder(target: string, options: OutputFolderOptions = {}): Promise<void> {
  const entries = await listFolder(target);
  // Output is assembled beside the target.
  await assertWritablePlace(dirname(await followLinks(target)));
  if (entries.length === 0) return;
  if (!(await isOutput(target))) {
    throw new InvalidInputError(
      `Expected an empty folder or an earlier bundle or report; ${target} holds other files and was not changed. Choose another folder, or empty it.`,
      { path: target },
    );
  }
  if (!options.overwrite) {
    throw new InvalidInputError(
      `${target} holds an earlier output. Choose another folder, or replace it with --overwrite.`,
      { path: target },
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

/** Renames a finished folder to the target; on failure the earlier content is restored. */
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

/** The `format` of a JSON object; null if the bytes are not one. */
function formatOf(bytes: Uint8Array): unknown {
  try {
    const value = parseJson(bytes, (reason) => new InvalidInputError(reason));
    return typeof value === 'object' && value !== null && 'format' in value ? value.format : null;
  } catch {
    return null;
  }
}
