import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readClassNames, withClassNames } from './class-names.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-names-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(root, 'names');
  await writeFile(path, text);
  return path;
}

test.each([
  ['one name per line', 'cat\nbig dog\nbird\n'],
  ['lines of another system', '\uFEFFcat\r\nbig dog \r\nbird\r\n\r\n'],
  ['a list', '["cat", "big dog", "bird"]'],
  ['an object in any order', '{"2": "bird", "0": "cat", "1": "big dog"}'],
  ['a configuration', '{"model_type": "vit", "id2label": {"0": "cat", "1": "big dog", "2": "bird"}}'],
])('reads %s', async (_, text) => {
  expect(await readClassNames(await file(text))).toEqual(['cat', 'big dog', 'bird']);
});

test.each([
  ['nothing', ' \n', /no name for output 0/],
  ['an empty list', '[]', /Expected class names; .* holds none/],
  ['an output without a name', 'cat\n\nbird', /no name for output 1/],
  ['a name twice', 'cat\nbird\ncat', /'cat' twice/],
  ['a gap', '{"0": "cat", "2": "bird"}', /keys 0 to 1, .* no entry for output 1/],
  ['numbers', '[1, 2]', /list of texts, .* holds other values/],
  ['broken JSON', '["cat",', /begins like JSON but is not valid/],
])('refuses %s', async (_, text, message) => {
  const path = await file(text);
  await expect(readClassNames(path)).rejects.toThrow(message);
  await expect(readClassNames(path)).rejects.toBeInstanceOf(InvalidDataError);
});

test('the number of names must be the number of outputs', async () => {
  const network = { name: 'net', classes: 2, labels: null };
  expect(await withClassNames(network, null)).toBe(network);
  await expect(withClassNames(network, await file('a\nb\nc'))).rejects.toThrow(/3 names, and net has 2 outputs/);
  expect(await withClassNames(network, await file('a\nb'))).toMatchObject({ labels: ['a', 'b'] });
});
