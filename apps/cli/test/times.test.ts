// Milliseconds from end to end, small: what stages cost on this device, where that is kept, and budgets by it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseManifest } from '@ztw/bundle';
import type { EvaluationReport } from '@ztw/core/evaluation';
import { singleLimit } from '@ztw/core/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult } from '../src/commands/bench/job.ts';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import { type CommandRun, runInProcess } from './support/run-command.ts';
import { allowMismatch, network, writeArrays } from './support/sample-data.ts';

let root: string;
let testData: string;

const out = (...parts: readonly string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-cli-times-'));
  const train = await writeArrays(out('train'), 200, 1);
  testData = await writeArrays(out('test'), 60, 2);
  const recipe = [
    '--cuts',
    '2',
    '--head',
    'pooled',
    '--epochs',
    '1',
    '--batch',
    '32',
    '--seed',
    '3',
    '--quiet',
    allowMismatch,
  ];
  const methods = ['--methods', 'ztw,sdn', '--preset', 'fashion-mnist'];
  const trained = await runInProcess([
    'train',
    network,
    '--data',
    train,
    '--out',
    out('bundles'),
    ...recipe,
    ...methods,
  ]);
  expect(trained.code, trained.stderr).toBe(0);
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

function json<T>({ stdout, stderr, code }: CommandRun): T {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

describe('eval with times', () => {
  const evaluate = (bundle: string, ...more: readonly string[]) =>
    runInProcess(['eval', bundle, '--data', testData, '--out', out('timed'), '--overwrite', '--quiet', ...more]);

  test('tells accuracy at budgets in milliseconds, by the profile beside the bundle', async () => {
    const bundle = out('bundles', 'sdn');
    const unknown = await evaluate(bundle, '--budgets', '0.5,3ms');
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining(`"ztw bench ${bundle}"`) });
    const bench = ['bench', bundle, '--network', network, '--batch', '1', '--repeat', '2', '--quiet'];
    expect((await runInProcess(bench)).code).toBe(0);
    const report = json<EvaluationReport>(await evaluate(bundle, '--budgets', '0.5,10000ms', '--json'));
    for (const { budgets, times, exits } of report.methods) {
      expect(budgets.map(({ budget }) => budget)).toEqual([0.5]);
      expect(times?.exitMilliseconds).toHaveLength(exits.length);
      expect(times).toMatchObject({ batchSize: 1, wholeMilliseconds: expect.any(Number) });
      expect(times?.budgets).toMatchObject([{ budgetMilliseconds: 10_000, swept: { cost: expect.any(Number) } }]);
    }
    // What the bundle itself would do with that budget: its most expensive operating point.
    const manifest = parseManifest(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')));
    const calibrated = report.methods[0]?.times?.budgets[0]?.calibrated;
    expect(manifest.operatingPoints.map((point) => singleLimit(point.policy)?.limit)).toContain(calibrated?.setting);
    const { stdout } = await evaluate(bundle, '--budgets', '10000ms');
    expect(stdout).toMatch(/times per image in batches of 1 on: onnxruntime-.*; the uncut network takes/);
    expect(stdout).toMatch(/\(\d+\.\d %, \d.* ms\)/);
  });

  test('refuses a profile that does not fit', async () => {
    const profile = ['--profile', out('other.json')];
    const batches = [{ batchSize: 1, repeats: 1, stageMilliseconds: [1], wholeMilliseconds: null }];
    const content = { format: 'ztw-device-profile', version: 1, model: 'other', stages: ['final'], batches };
    await writeFile(out('other.json'), JSON.stringify(content));
    expect((await evaluate(out('bundles', 'sdn'), ...profile)).stderr).toContain(
      "received one of 'other' with the stages final",
    );
    expect((await evaluate(out('bundles', 'sdn'), '--profile-batch', '7')).stderr).toContain('received 7');
    expect((await evaluate(out('bundles', 'sdn'), '--profile', out('nothing.json'))).stderr).toContain('nothing.json');
    expect((await evaluate(out('bundles', 'sdn'), '--budgets', '0ms')).stderr).toContain('above 0');
  });
});

describe('bench and run with times', () => {
  test('stores what each stage costs on this device', async () => {
    const file = out('profiles', 'device.json');
    const args = ['bench', out('bundles', 'ztw'), '--network', network, '--batch', '1,4', '--repeat', '2'];
    const { profile } = json<BenchResult>(await runInProcess([...args, '--profile', file, '--json']));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(profile);
    expect(profile?.batches.map(({ batchSize, repeats }) => [batchSize, repeats])).toEqual([
      [1, 2],
      [4, 2],
    ]);
    for (const { stageMilliseconds, wholeMilliseconds } of profile?.batches ?? []) {
      expect(stageMilliseconds).toHaveLength(profile?.stages.length ?? 0);
      expect(Math.min(...stageMilliseconds, wholeMilliseconds ?? 0)).toBeGreaterThan(0);
    }
  });

  test('a budget in milliseconds, by the profile of this device', async () => {
    const file = out('profiles', 'times.json');
    const bench = ['bench', out('bundles', 'ztw'), '--batch', '1', '--repeat', '3', '--budget', '10000ms'];
    const { policy } = json<BenchResult>(await runInProcess([...bench, '--profile', file, '--json']));
    const run = ['run', out('bundles', 'ztw'), testData, '--limit', '3', '--json', '--budget'];
    const classified = json<ClassifiedImages>(await runInProcess([...run, '10000ms', '--profile', file]));
    expect(classified).toMatchObject({ policy, executor: 'nested-if' });
    const short = await runInProcess([...run, '0.000001ms', '--profile', file]);
    expect(short).toMatchObject({ code: 2, stderr: expect.stringContaining('ms per row on this device') });
    const unknown = await runInProcess([...run, '3ms', '--threads', '2']);
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Measure them once with "ztw bench BUNDLE"'),
    });
    const elsewhere = await runInProcess([...run, '10000ms', '--profile', file, '--runtime', 'web']);
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('Expected a profile of this device') });
  });

  test("the profile is in the bundle's folder, where a later budget in milliseconds finds it", async () => {
    const folder = out('bundles', 'sdn');
    const bench = ['bench', folder, '--batch', '1', '--repeat', '2', '--json'];
    const none = json<BenchResult>(await runInProcess([...bench, '--no-profile']));
    expect([none.profile, none.profileFile]).toEqual([null, null]);
    const { profile, profileFile } = json<BenchResult>(await runInProcess(bench));
    expect(profileFile).toMatch(/sdn\/profiles\/onnxruntime-[^/]+\.json$/);
    expect(JSON.parse(await readFile(profileFile ?? '', 'utf8'))).toEqual(profile);
    const run = ['run', folder, testData, '--limit', '1', '--budget', '10000ms'];
    expect(json<ClassifiedImages>(await runInProcess([...run, '--json'])).answers).toHaveLength(1);
    const inspected = await runInProcess(['inspect', folder]);
    expect(inspected.stdout).toContain('all hashes agree');
  });
});
