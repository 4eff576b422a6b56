import { StorageError } from '@ztw/core';

/** What the user can do about an error of the file system, by its code. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space, or name a folder on another disk',
  EDQUOT: 'the disk quota is used up. Free some space, or name a folder on another disk',
  EFBIG: 'the file is larger than the file system or the process limit allows. Name a folder on another disk',
  EACCES: 'permission was denied. Check the rights of the folder, or name another',
  EPERM: 'the operation is not permitted. Check the rights of the folder, or name another',
  EROFS: 'the file system is read-only. Name a folder on another disk',
  ENOENT: 'it no longer exists. Do not move or delete files in use',
  ENOTDIR: 'a part of the path is a file, not a folder. Name another folder',
  EISDIR: 'there is a folder of that name. Name another path',
  EMFILE: 'too many files are open. Close other programs, or raise the limit (ulimit -n)',
  ENAMETOOLONG: 'the name is too long. Name a shorter path',
  EIO: 'the disk reported an error. Check the disk',
};

/**
 * Wraps an error of the file system into one that says what to do.
 * @param action What was being done: `write`, `read`, `rename`.
 */
export function storageError(action: string, path: string, cause: unknown): StorageError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(`Could not ${action} ${path}: ${advice[code] ?? message}.`, { cause });
}

/** True for an error of the file system with the given code. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
