// Where output goes: through links, never over them, and only to places that take files.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError, StorageError } from '@ztw/core';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { fileBlobStore } from './file-blob-store.ts';
import { assertWritablePlace, makeFolder } from './make-folder.ts';
import { assertOutputFolder, writeOutputFolder } from './write-output.ts';
import { assertOutputFile, writeOutputFile } from './write-output-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ztw-place-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const bundle = (mark: string) => new Map([['manifest.json', bytes(`{"format":"ztw-bundle","mark":"${mark}"}`)]]);

describe('output through a link', () => {
  it.each([
    ['an absolute link', (target: string) => join(folder, target)],
    ['a relative link', (target: string) => `../${target}`],
  ])('to a file goes into the file (%s)', async (_, linkTo) => {
    await mkdir(join(folder, 'links'));
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'links'), join(folder, 'again'));
    await symlink(linkTo('real/model.onnx'), join(folder, 'links/model.onnx'));
    const link = join(folder, 'again/model.onnx');
    for (const text of ['first, where the link leads nowhere', 'second']) {
      await writeOutputFile(link, bytes(text), { overwrite: true });
      expect(readFileSync(join(folder, 'real/model.onnx'), 'utf8')).toBe(text);
      expect((await lstat(link)).isSymbolicLink()).toBe(true);
    }
    await expect(assertOutputFile(link)).rejects.toThrow(/--overwrite/);
    expect(await readdir(join(folder, 'links'))).toEqual(['model.onnx']);
    expect(await readdir(join(folder, 'real'))).toEqual(['model.onnx']);
  });

  it('to a folder goes into the folder', async () => {
    const link = join(folder, 'link');
    await symlink('real/out', link);
    for (const mark of ['first', 'second']) {
      await writeOutputFolder(link, bundle(mark), { overwrite: true });
      expect(await readlink(link)).toBe('real/out');
      expect(readFileSync(join(folder, 'real/out/manifest.json'), 'utf8')).toContain(mark);
    }
    expect((await readdir(folder)).sort()).toEqual(['link', 'real']);
    expect(await readdir(join(folder, 'real'))).toEqual(['out']);
  });

  it('that leads back to itself is refused', async () => {
    await symlink('b', join(folder, 'a'));
    await symlink('a', join(folder, 'b'));
    await expect(writeOutputFile(join(folder, 'a'), bytes('x'))).rejects.toThrow(InvalidInputError);
    await expect(writeOutputFolder(join(folder, 'a'), bundle('x'))).rejects.toSatisfy(
      (error) => InvalidInputError.isInstance(error) || StorageError.isInstance(error),
    );
  });
});

describe('a place that takes no files', () => {
  it.skipIf(!existsSync('/proc/self'))('is refused at once, and nothing waits for ever', async () => {
    for (const path of ['/proc/x/y', '/proc/x', '/proc/self/x/y/z', '/sys/x/y']) {
      await expect(assertWritablePlace(path), path).rejects.toSatisfy(StorageError.isInstance);
      await expect(assertOutputFolder(path), path).rejects.toSatisfy(StorageError.isInstance);
      await expect(assertOutputFile(join(path, 'file')), path).rejects.toSatisfy(StorageError.isInstance);
      await expect(fileBlobStore(path).put('a', bytes('x')), path).rejects.toSatisfy(StorageError.isInstance);
      await expect(makeFolder(path), path).rejects.toThrow();
    }
  });

  it('is one below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(assertWritablePlace(join(folder, 'file/a/b'))).rejects.toThrow(InvalidInputError);
    await expect(assertOutputFolder(join(folder, 'file/a/b'))).rejects.toThrow(InvalidInputError);
  });

  it.skipIf(!existsSync('/dev/null'))('is a device or a pipe, which is not replaced', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of ['/dev/null', join(folder, 'pipe')]) {
      await expect(assertOutputFile(path, { overwrite: true })).rejects.toThrow(/is a device or a pipe/);
      await expect(writeOutputFile(path, bytes('x'), { overwrite: true })).rejects.toThrow(InvalidInputError);
    }
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

test('checking a path leaves nothing behind, and the path need not exist yet', async () => {
  await assertWritablePlace(join(folder, 'a/b/c'));
  expect(await readdir(folder)).toEqual([]);
  await Promise.all(Array.from({ length: 5 }, () => makeFolder(join(folder, 'a/b/c'))));
  expect(await readdir(join(folder, 'a/b'))).toEqual(['c']);
});
