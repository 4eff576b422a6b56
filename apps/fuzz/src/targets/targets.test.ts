import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomNetwork } from '../make/random-network.ts';
import { randomOf } from '../random.ts';
import { targets } from './targets.ts';

test('every parser of files and messages has its inputs, in shares of a thousand', () => {
  expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length);
  expect(targets.reduce((sum, { share }) => sum + share, 0)).toBe(1000);
});

test('an input follows from its parser, seed and number alone', () => {
  expect(randomNetwork(randomOf('onnx', 3, 8))).toEqual(randomNetwork(randomOf('onnx', 3, 8)));
  expect(randomNetwork(randomOf('onnx', 3, 8))).not.toEqual(randomNetwork(randomOf('onnx', 3, 9)));
});

test('at least half of the ONNX inputs are networks, so that what follows the parser is reached', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ztw-targets-'));
  const run = await targets.find(({ name }) => name === 'onnx')!.open(folder);
  const outcomes = [];
  for (let index = 0; index < 80; index++) outcomes.push(await run(randomOf('onnx', 1, index)).catch(() => 'typed'));
  rmSync(folder, { recursive: true, force: true });
  expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBeGreaterThan(40);
});
