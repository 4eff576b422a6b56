import { describe, expect, test } from 'vitest';
import { StorageError } from '../errors/errors.ts';
import { memoryBlobStore } from './memory-blob-store.ts';

describe('memoryBlobStore', () => {
  test('keeps copies: neither side sees later changes of the other', async () => {
    const store = memoryBlobStore();
    const bytes = Uint8Array.of(1, 2, 3);
    await store.put('a', bytes);
    bytes[0] = 9;
    const read = await store.get('a');
    expect(read).toEqual(Uint8Array.of(1, 2, 3));
    read!.fill(0);
    expect(await store.get('a')).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('lists by prefix, sorted, and forgets what is deleted', async () => {
    const store = memoryBlobStore();
    for (const name of ['b/2', 'a', 'b/1']) await store.put(name, new Uint8Array(1));
    expect(await store.list('b/')).toEqual(['b/1', 'b/2']);
    await store.delete('b/1');
    await store.delete('never there');
    expect(await store.list('')).toEqual(['a', 'b/2']);
    expect(await store.get('b/1')).toBeNull();
  });

  test('reads a part, and says so where there is none', async () => {
    const store = memoryBlobStore();
    await store.put('a', Uint8Array.of(1, 2, 3, 4));
    const target = new Uint8Array(2);
    await store.readInto('a', 1, target);
    expect([...target]).toEqual([2, 3]);
    expect(() => store.readInto('a', 3, target)).toThrow(StorageError);
    expect(() => store.readInto('b', 0, target)).toThrow(/does not exist/);
  });
});
