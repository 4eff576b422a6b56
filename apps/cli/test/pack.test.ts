// `ztw pack`, and a program that loads what it wrote.

import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnx } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClassifier } from 'ztw';
import { runInProcess } from './support/run-command.ts';

const bundle = fileURLToPath(new URL('../../../packages/example-fashion/bundle', import.meta.url));
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-pack-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const pack = (folder: string, out: string, ...more: readonly string[]) =>
  runInProcess(['pack', folder, '--out', join(root, out), ...more]);

test('a packed bundle answers as the folder does, and packing again gives the same bytes', async () => {
  const { code, stdout, stderr } = await pack(bundle, 'fashion.ztw');
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/fashion\.ztw: \d+ files, \d+(\.\d)? kB/);
  await copyFile(join(root, 'fashion.ztw'), join(root, 'copy.ztw'));
  expect((await pack(bundle, 'fashion.ztw', '--overwrite')).code).toBe(0);
  expect((await readFile(join(root, 'fashion.ztw'))).equals(await readFile(join(root, 'copy.ztw')))).toBe(true);

  const data = Uint8Array.from({ length: 784 }, (_, index) => (index * 13) % 256);
  const answer = async (source: string | Blob) => {
    await using classifier = await loadClassifier(source, onnx(ort));
    return classifier.classify({ data, width: 28, height: 28, channels: 1 }, { threshold: 0.9 });
  };
  const { milliseconds: _, ...expected } = await answer(bundle);
  expect(await answer(join(root, 'fashion.ztw'))).toMatchObject(expected);
  expect(await answer(new Blob([new Uint8Array(await readFile(join(root, 'fashion.ztw')))]))).toMatchObject(expected);
});

test.each([
  ['another name', bundle, 'fashion.onnx', /ends in \.ztw/],
  ['a folder without a bundle', tmpdir(), 'none.ztw', /manifest\.json/],
])('%s is refused', async (_, folder, out, message) => {
  const { code, stderr } = await pack(folder, out);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('a damaged bundle, and a file that is there already, are refused', async () => {
  await cp(bundle, join(root, 'damaged'), { recursive: true });
  await writeFile(join(root, 'damaged', 'networks/0/stage-00.safetensors'), 'other');
  const damaged = await pack(join(root, 'damaged'), 'damaged.ztw');
  expect(damaged.code).toBe(2);
  expect(damaged.stderr).toContain('stage-00.safetensors');
  await writeFile(join(root, 'there.ztw'), 'mine');
  expect((await pack(bundle, 'there.ztw')).stderr).toMatch(/already exists/);
  expect(await readFile(join(root, 'there.ztw'), 'utf8')).toBe('mine');
});
