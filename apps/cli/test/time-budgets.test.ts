// `ztw train --budgets` with times: thresholds that keep them on the device that was measured, or that a profile tells
// of.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '@ztw/bundle';
import type { DeviceProfile } from '@ztw/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import type { TrainJobResult } from '../src/commands/train/job.ts';
import type { WrittenBundle } from '../src/commands/train/write-bundle.ts';
import { runInProcess } from './support/run-command.ts';
import { allowMismatch, network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-times-'));
  data = await writeArrays(at('data'), 200, 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const command = (out: string, ...more: readonly string[]): readonly string[] => [
  ...[
    'train',
    network,
    '--data',
    data,
    '--preset',
    'fashion-mnist',
    '--head',
    'pooled',
    '--epochs',
    '1',
    allowMismatch,
  ],
  ...['--batch', '32', '--cuts', '2', '--out', at(out), ...more],
];

async function train(args: readonly string[]): Promise<WrittenBundle> {
  const { code, stdout, stderr } = await runInProcess([...args, '--json', '--quiet']);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as TrainJobResult).bundles[0] as WrittenBundle;
}

const manifest = async (folder: string): Promise<BundleManifest> =>
  JSON.parse(await readFile(at(folder, 'manifest.json'), 'utf8')) as BundleManifest;

test('measured here, stored beside the bundle, and found when the bundle runs', async () => {
  const { times, operatingPoints } = await train(command('measured', '--budgets', '0.5,10000ms'));
  expect(times?.exitMilliseconds).toHaveLength(3);
  // So much time is enough for every threshold, so the last one is taken, which nobody passes before the end.
  expect(operatingPoints.at(-1)).toMatchObject({ threshold: 1, exitShares: [0, 0, 1] });
  expect(await readdir(at('measured', 'profiles'))).toHaveLength(1);
  const run = await runInProcess([
    'run',
    at('measured'),
    data,
    '--limit',
    '3',
    '--budget',
    '10000ms',
    '--json',
    '--quiet',
  ]);
  expect(run.code, run.stderr).toBe(0);
  expect((JSON.parse(run.stdout) as ClassifiedImages).policy).toBe('confidenceThreshold(1)');
});

test("the thresholds keep the times of another device's profile", async () => {
  const stages = (await manifest('measured')).networks[0]?.stages.map(({ name }) => name) ?? [];
  const batches = [{ batchSize: 4, repeats: 1, stageMilliseconds: [2, 2, 6], wholeMilliseconds: null }];
  const content: DeviceProfile = { format: 'ztw-device-profile', version: 1, model: 'phone', stages, batches };
  await writeFile(at('phone.json'), JSON.stringify(content));
  const profile = ['--profile', at('phone.json'), '--profile-batch', '4'];
  const args = command('phone', '--budgets', '1ms,2ms,5ms', ...profile);
  const { code, stdout, stderr } = await runInProcess(args);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('keeps the budget(s) 1 ms,');
  expect(stdout).toMatch(/^budget +threshold +accuracy +cost +time$/m);
  expect(stdout).toContain('times per image in batches of 4');
  const { operatingPoints } = await manifest('phone');
  expect(operatingPoints).toHaveLength(2);
  const times = operatingPoints.map(({ exitShares = [] }) =>
    exitShares.reduce((sum, share, exit) => sum + share * ([2, 4, 10][exit] ?? 0), 0),
  );
  expect(times[0]).toBe(2);
  expect(times[1]).toBeGreaterThan(2);
  expect(times[1]).toBeLessThanOrEqual(5);
  expect(await readdir(at('phone'))).not.toContain('profiles');
});

test('a chain is timed as a whole', async () => {
  const args = [
    'train',
    network,
    network,
    '--cuts',
    'none',
    '--calibration-data',
    data,
    '--out',
    at('chain'),
    allowMismatch,
  ];
  const { times } = await train([...args, '--budgets', '1,10000ms']);
  expect(times?.exitMilliseconds).toHaveLength(2);
});

test('an unused profile, or one of other stages, is refused before the training', async () => {
  const before = await readdir(root);
  const idle = await runInProcess([...command('x', '--profile', at('phone.json')), '--quiet']);
  expect(idle).toMatchObject({ code: 2, stderr: expect.stringContaining('--budgets 3ms') });
  const other = await runInProcess([...command('x', '--budgets', '3ms', '--profile', at('phone.json')), '--quiet']);
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('batches of 4; received 1') });
  expect(await readdir(root)).toEqual(before);
});
