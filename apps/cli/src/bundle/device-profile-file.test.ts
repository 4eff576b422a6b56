import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceProfile, InvalidInputError } from '@ztw/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRuntime } from '../runtime/onnx-runtime.ts';
import {
  deviceName,
  findDeviceProfile,
  readDeviceProfile,
  storedProfileName,
  storedProfilePath,
  writeDeviceProfile,
} from './device-profile-file.ts';

const runtime = await loadRuntime({ choice: 'auto', threads: 1, onNote: () => {} });
const device = deviceName(runtime);
const profile = (batchSizes: readonly number[], milliseconds = 1): DeviceProfile => ({
  format: 'ztw-device-profile',
  version: 1,
  model: 'small',
  device,
  stages: ['final'],
  batches: batchSizes.map((batchSize) => ({
    batchSize,
    repeats: 1,
    stageMilliseconds: [milliseconds],
    wholeMilliseconds: null,
  })),
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-profile-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('the name is a portable file name that says which device', () => {
  expect(
    storedProfileName({ device: 'onnxruntime-web 1.30.0 (WebAssembly), 1 thread(s), Intel(R) Xeon(R) @ 2.5GHz' }),
  ).toBe('profiles/onnxruntime-web-1.30.0-webassembly-1-thread-s-intel-r-xeon-r-2.5ghz.json');
});

describe('beside a bundle', () => {
  test('null before any measurement', async () => {
    expect(await findDeviceProfile(join(root, 'new'), null, runtime)).toBeNull();
  });

  test('what was measured on this device', async () => {
    const folder = join(root, 'measured');
    await writeDeviceProfile(storedProfilePath(folder, runtime), profile([1]));
    expect(await findDeviceProfile(folder, null, runtime)).toEqual(profile([1]));
    expect(await readdir(join(folder, 'profiles'))).toHaveLength(1);
    const other = await loadRuntime({ choice: 'auto', threads: 2, onNote: () => {} });
    expect(await findDeviceProfile(folder, null, other)).toBeNull();
  });

  test('a damaged file is an error, and so is a given one that is missing', async () => {
    const folder = join(root, 'damaged');
    const path = storedProfilePath(folder, runtime);
    await writeDeviceProfile(path, profile([1]));
    await writeFile(path, '{');
    await expect(findDeviceProfile(folder, null, runtime)).rejects.toThrow(InvalidInputError);
    await expect(findDeviceProfile(folder, join(root, 'missing.json'), runtime)).rejects.toThrow('missing.json');
  });
});

test('a new measurement replaces its batch sizes and keeps the others, of the same model only', async () => {
  const path = join(root, 'file.json');
  await writeDeviceProfile(path, profile([1, 32]));
  await writeDeviceProfile(path, profile([1, 8], 2));
  const { batches } = await readDeviceProfile(path);
  expect(batches.map(({ batchSize, stageMilliseconds }) => [batchSize, stageMilliseconds[0]])).toEqual([
    [1, 2],
    [8, 2],
    [32, 1],
  ]);
  await writeDeviceProfile(path, { ...profile([1]), model: 'other' });
  expect((await readDeviceProfile(path)).batches).toHaveLength(1);
});
