import { StorageError, ZtwError } from '@ztw/core';

/**
 * Runs work on a blob store and gives a failure of the store the project's form.
 * @param what For the message: `write training/state`.
 * @param advice What the user can do.
 * @throws StorageError around whatever the store threw; errors of this project pass as they are.
 */
export async function guardStorage<Value>(what: string, advice: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw ZtwError.isInstance(error) ? error : new StorageError(`Could not ${what}. ${advice}`, { cause: error });
  }
}
