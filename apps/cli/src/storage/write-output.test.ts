import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortedError, InvalidInputError, StorageError } from '@ztw/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertOutputFolder, writeOutputFolder } from './write-output.ts';

let folder = '';
let target = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ztw-output-'));
  target = join(folder, 'out');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);
const bundle = (mark: string) =>
  new Map([
    ['manifest.json', bytes('{"format":"ztw-bundle"}')],
    ['stages/0.onnx', bytes(mark)],
  ]);
const stage = () => readFileSync(join(target, 'stages/0.onnx'), 'utf8');

describe('writeOutputFolder', () => {
  it('writes all files and nothing else, also if parent folders are missing', async () => {
    target = join(folder, 'deep/er/out');
    await writeOutputFolder(target, bundle('first'));
    expect(stage()).toBe('first');
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['out']);
  });

  it('writes into an empty folder', async () => {
    await mkdir(target);
    await writeOutputFolder(target, bundle('first'));
    expect(stage()).toBe('first');
  });

  it('replaces an earlier output only on request, and completely', async () => {
    await writeOutputFolder(target, new Map([...bundle('first'), ['stages/1.onnx', bytes('old')]]));
    await expect(writeOutputFolder(target, bundle('second'))).rejects.toThrow(/--overwrite/);
    expect(stage()).toBe('first');
    await writeOutputFolder(target, bundle('second'), { overwrite: true });
    expect(stage()).toBe('second');
    expect(readdirSync(join(target, 'stages'))).toEqual(['0.onnx']);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it.each([
    ['other files', 'notes.txt', 'mine'],
    ["somebody else's manifest", 'manifest.json', '{"format":"web-app"}'],
    ['a manifest that is no JSON', 'manifest.json', '{'],
  ])('never replaces a folder with %s', async (_, name, content) => {
    await mkdir(target);
    await writeFile(join(target, name), content);
    for (const overwrite of [false, true]) {
      await expect(assertOutputFolder(target, { overwrite })).rejects.toThrow(InvalidInputError);
      await expect(writeOutputFolder(target, bundle('x'), { overwrite })).rejects.toThrow(
        /holds other files and was not changed/,
      );
    }
    expect(readFileSync(join(target, name), 'utf8')).toBe(content);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('refuses a file in the place of the folder, and names that leave it', async () => {
    await writeFile(target, 'a file');
    await expect(writeOutputFolder(target, bundle('x'))).rejects.toThrow(/is a file, expected a folder/);
    const leaving = new Map([['../x', bytes('x')]]);
    await expect(writeOutputFolder(join(folder, 'other'), leaving)).rejects.toThrow(InvalidInputError);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('leaves the old output whole and nothing half-written when a write fails', async () => {
    await writeOutputFolder(target, bundle('first'));
    // A name that is both a file and a folder cannot be written.
    const impossible = new Map([...bundle('second'), ['stages/0.onnx/x', bytes('x')]]);
    await expect(writeOutputFolder(target, impossible, { overwrite: true })).rejects.toThrow(StorageError);
    expect(stage()).toBe('first');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('leaves nothing half-written at an abort', async () => {
    const controller = new AbortController();
    const files = new Map(bundle('second'));
    // The signal fires while the second file is being fetched.
    const interrupting = Object.assign(new Map(files), {
      *[Symbol.iterator]() {
        for (const [index, entry] of [...files].entries()) {
          if (index === 1) controller.abort();
          yield entry;
        }
      },
    });
    await expect(writeOutputFolder(target, interrupting, { signal: controller.signal })).rejects.toThrow(AbortedError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what a crash left', async () => {
    await mkdir(join(folder, '.out.partial'));
    await writeFile(join(folder, '.out.partial/stale'), 'x');
    await writeOutputFolder(target, bundle('first'));
    expect(existsSync(join(target, 'stale'))).toBe(false);
    expect(readdirSync(folder)).toEqual(['out']);
  });
});
