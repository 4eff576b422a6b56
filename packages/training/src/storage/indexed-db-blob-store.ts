// Blobs in a browser's IndexedDB, for pages and workers: checkpoints that outlive a tab, and trained heads.

import { type BlobStore, StorageError } from '@ztw/core';

const storeName = 'blobs';
const advice = 'Check that the site may store data here and that the quota is not used up.';

/**
 * Opens a store at its first use, and creates it if it does not exist. Its methods throw StorageError if the browser
 * refuses. `readInto` reads the whole blob to get a part of it: good for checkpoints, slow for spilled features.
 * @param database Name of a database for this store alone.
 */
export function indexedDbBlobStore(database: string): BlobStore {
  let opened: Promise<IDBDatabase> | null = null;
  const connection = (): Promise<IDBDatabase> => {
    opened ??= open(database, () => {
      opened = null;
    });
    return opened;
  };

  /** One transaction. @returns the result of its request, once everything is written. */
  const perform = async <Value>(
    mode: IDBTransactionMode,
    what: string,
    ask: (blobs: IDBObjectStore) => IDBRequest<Value>,
  ): Promise<Value> => {
    try {
      const transaction = (await connection()).transaction(storeName, mode);
      const request = ask(transaction.objectStore(storeName));
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      return request.result;
    } catch (cause) {
      throw new StorageError(`IndexedDB could not ${what} in the database "${database}". ${advice}`, { cause });
    }
  };

  const read = async (name: string): Promise<Uint8Array | null> => {
    const found: unknown = await perform('readonly', `read "${name}"`, (blobs) => blobs.get(name));
    return found instanceof Uint8Array ? found : null;
  };

  return {
    async put(name, bytes) {
      // A copy of its own: a view would be stored with its whole buffer.
      await perform('readwrite', `write "${name}"`, (blobs) => blobs.put(bytes.slice(), name));
    },
    get: read,
    async readInto(name, offset, target) {
      const blob = await read(name);
      const end = offset + target.length;
      if (blob === null || blob.length < end) {
        throw new StorageError(
          `Expected bytes ${offset} to ${end} of the blob "${name}"; received ${blob?.length ?? 'none: the blob does not exist'}.`,
          { expected: [offset, end], received: blob?.length ?? null, path: name },
        );
      }
      target.set(blob.subarray(offset, end));
    },
    async delete(name) {
      await perform('readwrite', `delete "${name}"`, (blobs) => blobs.delete(name));
    },
    async list(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const keys = await perform('readonly', 'list names', (blobs) => blobs.getAllKeys(range));
      return keys.map(String);
    },
  };
}

/** @param forget Called when the connection ends: the database is being deleted, or the browser closed it. */
function open(database: string, forget: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onsuccess = () => {
      const { result } = request;
      result.onclose = forget;
      result.onversionchange = () => {
        result.close();
        forget();
      };
      resolve(result);
    };
    request.onerror = () => {
      forget();
      reject(request.error);
    };
  });
}
