import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError, StorageError } from '@ztw/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileBlobStore, fileBlobStore } from './file-blob-store.ts';

let folder = '';
let store: FileBlobStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ztw-blobs-'));
  store = fileBlobStore(join(folder, 'store'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function read(name: string, offset: number, length: number): number[] {
  const target = new Uint8Array(length);
  store.readInto(name, offset, target);
  return [...target];
}

describe('fileBlobStore', () => {
  it('gives back what was put, whole or in parts, and null for what was not', async () => {
    await store.put('cut-0/shard-1', Uint8Array.of(1, 2, 3, 4, 5));
    const bytes = await store.get('cut-0/shard-1');
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    // The slice of a Buffer would share its bytes.
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(read('cut-0/shard-1', 1, 3)).toEqual([2, 3, 4]);
    expect(await store.get('cut-0/shard-2')).toBeNull();
  });

  it('reads the new bytes after a blob was replaced or deleted', async () => {
    await store.put('a', Uint8Array.of(1, 2));
    expect(read('a', 0, 2)).toEqual([1, 2]);
    await store.put('a', Uint8Array.of(3, 4, 5));
    expect(read('a', 0, 3)).toEqual([3, 4, 5]);
    await store.delete('a');
    expect(() => read('a', 0, 1)).toThrow(StorageError);
    await store.delete('a');
  });

  it('lists names by prefix, sorted, without unfinished files', async () => {
    expect(await store.list('')).toEqual([]);
    for (const name of ['b/2', 'b/10', 'a', 'bc']) await store.put(name, Uint8Array.of(0));
    await writeFile(join(folder, 'store/b/3.0.partial'), 'left by a crash');
    expect(await store.list('')).toEqual(['a', 'b/10', 'b/2', 'bc']);
    expect(await store.list('b/')).toEqual(['b/10', 'b/2']);
  });

  it('keeps the last of several writes to one name that are under way at once, and no other file', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.put('a', new Uint8Array(1000 + index).fill(index))),
    );
    const bytes = (await store.get('a')) ?? new Uint8Array();
    expect(bytes.length).toBe(1000 + (bytes[0] as number));
    expect(await readdir(join(folder, 'store'))).toEqual(['a']);
  });

  it('serves more blobs than it holds open, with few open files', async () => {
    for (let index = 0; index < 200; index++) await store.put(`blob-${index}`, Uint8Array.of(index));
    const before = openFiles();
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 200; index++) expect(read(`blob-${index}`, 0, 1)).toEqual([index]);
    }
    expect(openFiles() - before).toBeLessThanOrEqual(64);
    store.close();
    expect(openFiles()).toBeLessThanOrEqual(before);
    expect(read('blob-7', 0, 1)).toEqual([7]);
  });

  it('says that a blob is too short', async () => {
    await store.put('a', Uint8Array.of(1, 2));
    expect(() => read('a', 1, 2)).toThrow(/ends before byte 3: it is damaged/);
  });

  it.each(['', '/a', '../a', 'a/../../b', 'a//b', './a', 'C:/a', 'a\\b', 'a\0b', 'a.partial'])(
    'refuses the name %j',
    async (name) => {
      await expect(store.put(name, new Uint8Array())).rejects.toThrow(InvalidInputError);
      await expect(store.get(name)).rejects.toThrow(InvalidInputError);
      await expect(store.delete(name)).rejects.toThrow(InvalidInputError);
      expect(() => read(name, 0, 1)).toThrow(InvalidInputError);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('keeps the old bytes and leaves nothing behind if a write fails', async () => {
    // A folder in the way of the file makes the rename fail after all bytes were written.
    await mkdir(join(folder, 'store/a/inside'), { recursive: true });
    await expect(store.put('a', Uint8Array.of(1))).rejects.toThrow(StorageError);
    expect(await readdir(join(folder, 'store'))).toEqual(['a']);
    await writeFile(join(folder, 'file'), '');
    await expect(fileBlobStore(join(folder, 'file')).put('a', Uint8Array.of(1))).rejects.toThrow(
      /a part of the path is a file|is in the way|already exists/i,
    );
  });

  it.skipIf(!existsSync('/dev/full'))('says what to do when the disk is full', async () => {
    await mkdir(join(folder, 'store'));
    await symlink('/dev/full', join(folder, 'store/a.0.partial'));
    const written = store.put('a', new Uint8Array(10));
    await expect(written).rejects.toThrow(StorageError);
    await expect(written).rejects.toThrow(/Could not write .*the disk is full. Free some space/);
    expect(await store.list('')).toEqual([]);
  });

  it('survives its folder being moved away', async () => {
    await store.put('a', Uint8Array.of(1));
    await rename(join(folder, 'store'), join(folder, 'moved'));
    expect(await store.get('a')).toBeNull();
    expect(await store.list('')).toEqual([]);
    expect(readFileSync(join(folder, 'moved/a'))).toHaveLength(1);
  });
});

function openFiles(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
}
