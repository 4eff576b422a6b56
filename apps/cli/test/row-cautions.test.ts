// Rows that say less than they seem to: some classes are missing among them, or the bundle has seen them before.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EvaluationReport } from '@ztw/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fashionNames, writeFashionFolders } from './support/fashion-data.ts';
import { type CommandRun, runInProcess } from './support/run-command.ts';
import { network } from './support/sample-data.ts';

let root: string;
let training: string;
let heldOut: string;
let classNames: readonly string[];
const at = (...parts: readonly string[]): string => join(root, ...parts);

const train = (out: string, ...more: readonly string[]): Promise<CommandRun> =>
  runInProcess([
    ...['train', network, '--data', training, '--preset', 'fashion-mnist', '--cuts', '1', '--head', 'pooled'],
    ...['--epochs', '1', '--out', at(out), ...classNames, ...more],
  ]);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-rows-'));
  training = await writeFashionFolders(at('training'), 300);
  heldOut = await writeFashionFolders(at('held-out'), 200, 300);
  await writeFile(at('names.txt'), fashionNames.join('\n'));
  classNames = ['--class-names', at('names.txt')];
  const { code, stderr } = await train('bundle', '--calibration-data', heldOut);
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('Caution');
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

async function evaluate(bundle: string, ...more: readonly string[]): Promise<EvaluationReport & CommandRun> {
  const args = ['eval', at(bundle), '--out', at('report'), '--overwrite', ...more];
  const run = await runInProcess(args);
  expect(run.code, run.stderr).toBe(0);
  return { ...(JSON.parse(await readFile(at('report', 'report.json'), 'utf8')) as EvaluationReport), ...run };
}

describe('classes without a row', () => {
  // Folders in the order of their names: 20 rows each of Ankle boot, Bag, ...
  const missing = '8 of 10 classes have no row among the 40 calibration rows';

  test('are told by train, of rows to train on and to calibrate on', async () => {
    const { code, stderr } = await train('narrow', '--calibration-data', heldOut, '--calibration-rows', ':40');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`Caution: ${missing} of ${heldOut} (T-shirt, Trouser, Pullover, Dress,`);
    expect(stderr).not.toContain('training rows of');
  });

  test('are told by eval, in the report too', async () => {
    const rows = ['--data', heldOut, '--rows', '160:', '--calibration-data', heldOut, '--calibration-rows', ':40'];
    const report = await evaluate('bundle', ...rows);
    const told = report.cautions?.filter((caution) => caution.includes('have no row')) ?? [];
    expect(told).toEqual([
      expect.stringContaining('8 of 10 classes have no row among the 40 reported rows'),
      expect.stringContaining(missing),
    ]);
    for (const caution of told) expect(report.stderr).toContain(caution);
    expect(await readFile(at('report', 'report.html'), 'utf8')).toContain(missing);
    const whole = await evaluate('bundle', '--data', training);
    expect(whole.stderr).not.toContain('have no row');
  });
});
