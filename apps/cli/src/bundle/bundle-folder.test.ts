import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readModelFile } from '../commands/convert/model-file.ts';
import { readNetwork } from '../runtime/network.ts';
import { loadRuntime } from '../runtime/onnx-runtime.ts';
import { readDeviceProfile } from './device-profile-file.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-bundle-'));
  folder = join(root, 'bundle');
  await mkdir(join(folder, 'stages'), { recursive: true });
  await writeFile(join(root, 'outside'), 'outside');
  await writeFile(join(folder, 'stages/0.onnx'), 'inside');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('files of the folder are read, also through links that stay inside and a folder that is a link', async () => {
  await symlink('0.onnx', join(folder, 'stages/1.onnx'));
  await symlink(folder, join(root, 'link'));
  for (const path of ['stages/0.onnx', 'stages/1.onnx']) {
    expect(text(await folderReader(folder)(path, 6))).toBe('inside');
    expect(text(await folderReader(join(root, 'link'))(path, 6))).toBe('inside');
  }
});

test.each([
  ['a file outside', '../../outside'],
  ['an absolute path', '/etc/passwd'],
  ['a folder that begins like this one', '../../bundle-2/x'],
])('a link to %s is refused', async (_, target) => {
  await mkdir(join(root, 'bundle-2'));
  await writeFile(join(root, 'bundle-2/x'), 'x');
  await symlink(target, join(folder, 'stages/1.onnx'));
  await expect(folderReader(folder)('stages/1.onnx', 6)).rejects.toThrow(/leads out of the bundle/);
});

test('a file of another size than listed is refused before it is read', async () => {
  await truncate(join(folder, 'stages/0.onnx'), 2 ** 40);
  await expect(folderReader(folder)('stages/0.onnx', 6)).rejects.toThrow(/1099511627776 bytes; at most 6/);
  await writeFile(join(folder, 'manifest.json'), '');
  await truncate(join(folder, 'manifest.json'), 2 ** 40);
  await expect(openBundle(folderReader(folder))).rejects.toSatisfy(InvalidBundleError.isInstance);
});

describe.skipIf(!existsSync('/dev/zero'))('pipes and devices', () => {
  test.each(['pipe', 'link to a device', 'folder'])('as files of a bundle: a %s', async (kind) => {
    const path = join(folder, 'manifest.json');
    if (kind === 'pipe') execFileSync('mkfifo', [path]);
    else if (kind === 'folder') await mkdir(path);
    else await symlink('/dev/zero', path);
    await expect(openBundle(folderReader(folder))).rejects.toSatisfy(InvalidBundleError.isInstance);
  });

  test('as networks, models of TensorFlow.js and profiles', async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const runtime = await loadRuntime({ choice: 'auto', threads: 1, onNote: () => {} });
    for (const path of [pipe, '/dev/zero']) {
      for (const open of [(at: string) => readNetwork(at, runtime), readModelFile, readDeviceProfile]) {
        const read = open(path);
        await expect(read).rejects.toSatisfy(InvalidInputError.isInstance);
        await expect(read).rejects.toThrow(/is a (pipe|device), expected a regular file/);
      }
    }
  });
});
