import { StorageError } from '@ztw/core';

/** The error for a blob whose content changed after it was written. */
export function damagedCheckpoint(name: string, why: string, cause?: unknown): StorageError {
  return new StorageError(`The checkpoint "${name}" is damaged: ${why}. Delete the checkpoints and train again.`, {
    cause,
  });
}
