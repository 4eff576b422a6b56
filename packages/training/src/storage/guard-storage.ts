import { StorageError, ZtwError } from '@ztw/core';

/**
 * Runs work on a blob store and turns a failure of the store into a StorageError.
 * @param what For the message: `write training/state`.
 * @param advice What the user can do.
 * @throws StorageError with the store's error as cause; errors of this project pass unchanged.
 */
export async function guardStorage<Value>(what: string, advice: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw ZtwError.isInstance(error) ? error : new StorageError(`Could not ${what}. ${advice}`, { cause: error });
  }
}
