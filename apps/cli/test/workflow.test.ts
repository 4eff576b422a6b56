// The main job from end to end, small: train, inspect, eval, run and bench on made-up images.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '@ztw/bundle';
import type { EvaluationReport } from '@ztw/core/evaluation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult } from '../src/commands/bench/job.ts';
import type { BundleInspection } from '../src/commands/inspect/inspect-bundle.ts';
import type { NetworkInspection } from '../src/commands/inspect/inspect-network.ts';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import type { TrainJobResult } from '../src/commands/train/job.ts';
import { type CommandRun, runInProcess, runProcess } from './support/run-command.ts';
import { allowMismatch, network, writeArrays, writeImages } from './support/sample-data.ts';

let root: string;
let train: string;
let testData: string;
let trained: CommandRun;

const out = (...parts: readonly string[]): string => join(root, ...parts);
const recipe = ['--cuts', '2', '--head', 'pooled', '--epochs', '1', '--batch', '32', '--seed', '3', allowMismatch];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-cli-'));
  train = await writeArrays(out('train'), 200, 1);
  testData = await writeArrays(out('test'), 60, 2);
  const methods = ['--methods', 'ztw,sdn', '--preset', 'fashion-mnist'];
  trained = await runProcess([
    'train',
    network,
    '--data',
    train,
    '--out',
    out('bundles'),
    ...recipe,
    ...methods,
    '--json',
  ]);
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

function json<T>({ stdout, stderr, code }: CommandRun): T {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

describe('train', () => {
  test('writes a bundle per method and says what it measured', () => {
    const result = json<TrainJobResult>(trained);
    expect(result.bundles.map(({ method, folder }) => [method, folder])).toEqual([
      ['ztw', out('bundles', 'ztw')],
      ['sdn', out('bundles', 'sdn')],
    ]);
    expect(result).toMatchObject({ trainingRows: 180, calibrationRows: 20, measuredAgainst: 'labels' });
    for (const { exits } of result.bundles) {
      expect(exits.map(({ name }) => name).at(-1)).toBe('final');
      expect(exits).toHaveLength(3);
    }
  });

  test('the manifest tells how it was made', async () => {
    const manifest = JSON.parse(await readFile(out('bundles', 'ztw', 'manifest.json'), 'utf8')) as BundleManifest;
    expect(manifest).toMatchObject({
      method: 'ztw',
      classes: 10,
      ensemble: { kind: 'geometric' },
      preprocessing: { mean: [0.286], std: [0.353] },
      provenance: {
        recipe: { seed: 3, epochs: 1 },
        trainingData: { rows: 180 },
        networks: [{ name: 'fashion-resnet20', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
    });
    expect(manifest.provenance.command).toContain('ztw train');
    expect(manifest.networks[0]?.stages.map((stage) => stage.previousLogits)).toEqual([null, 'previous_logits', null]);
  });

  test('SDN has neither cascade nor ensemble', async () => {
    const manifest = JSON.parse(await readFile(out('bundles', 'sdn', 'manifest.json'), 'utf8')) as BundleManifest;
    expect(manifest.ensemble).toBeNull();
    expect(manifest.networks[0]?.stages.every((stage) => stage.previousLogits === null)).toBe(true);
  });

  test('tells what the heads cost, and the budgets that no exit keeps', () => {
    expect(json<TrainJobResult>(trained).heads).toMatchObject([
      { network: 'fashion-resnet20', asked: true, withinBounds: true, heads: [{ design: { family: 'pooled' } }, {}] },
    ]);
    expect(trained.stderr).toMatch(/fashion-resnet20: its 2 head\(s\) cost 0\.\d % of the network's MACs/);
    for (const method of ['ztw', 'sdn']) {
      expect(trained.stderr).toMatch(
        new RegExp(`${method}: no setting keeps the budget\\(s\\) 0.25.*cheapest exit costs 3\\d\\.\\d %`),
      );
    }
  });

  test('nothing but the bundles is left', async () => {
    expect((await readdir(root)).sort()).toEqual(['bundles', 'test', 'train']);
    expect((await readdir(out('bundles'))).sort()).toEqual(['sdn', 'ztw']);
  });

  test('progress goes to the diagnostics, in plain lines', () => {
    expect(trained.stderr).toMatch(/^Training on fashion-resnet20: \d+ %/m);
    expect(trained.stderr).not.toContain('\u001b');
  });

  test('the same seed gives the same bundle', async () => {
    const again = await runInProcess([
      ...['train', network, '--data', train, '--out', out('again'), ...recipe, '--preset', 'fashion-mnist', '--quiet'],
    ]);
    expect(again.code, again.stderr).toBe(0);
    const [first, second] = await Promise.all(
      [out('bundles', 'ztw'), out('again')].map((folder) => readFile(join(folder, 'networks/0/stage-00.safetensors'))),
    );
    expect(second?.equals(first as Buffer)).toBe(true);
  });

  test('an output is replaced only on request', async () => {
    const again = await runInProcess(['train', network, '--data', train, '--out', out('again'), ...recipe]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('--overwrite') });
  });

  test('without labels, the network itself is the teacher', async () => {
    const images = await writeImages(out('unlabelled'), 40);
    const args = ['train', network, '--data', images, '--no-labels', '--out', out('taught'), ...recipe, '--json'];
    const result = json<TrainJobResult>(await runInProcess(args));
    expect(result).toMatchObject({ measuredAgainst: 'network', calibrationRows: 4 });
  });
});

describe('chains', () => {
  test('without cuts, nothing is trained, and thresholds and ensemble are still chosen', async () => {
    const args = [
      'train',
      network,
      network,
      '--cuts',
      'none',
      '--calibration-data',
      testData,
      '--out',
      out('chain'),
      allowMismatch,
      '--json',
    ];
    const result = json<TrainJobResult>(await runInProcess(args));
    expect(result.trainingRows).toBe(0);
    expect(result.bundles).toMatchObject([{ method: 'plain', exits: [{ share: 1 }, { share: 2 }] }]);
    const classified = json<ClassifiedImages>(
      await runInProcess(['run', out('chain'), testData, '--limit', '4', '--threshold', '1', '--json']),
    );
    expect(classified.exitHistogram).toEqual([0, 4]);
  });

  test('with cuts in one network only', async () => {
    const args = [
      'train',
      network,
      network,
      '--cuts',
      '1;none',
      '--data',
      train,
      '--out',
      out('half'),
      ...recipe.slice(2),
    ];
    const result = json<TrainJobResult>(await runInProcess([...args, '--json']));
    expect(result.bundles[0]?.exits.map(({ name }) => name)).toEqual([
      expect.stringContaining('Relu'),
      'final',
      'final',
    ]);
  });
});

describe('inspect', () => {
  test('a bundle', async () => {
    const inspection = json<BundleInspection>(await runInProcess(['inspect', out('bundles', 'ztw'), '--json']));
    expect(inspection).toMatchObject({ kind: 'bundle', method: 'ztw', ensemble: 'geometric', classes: 10 });
    expect(inspection.exits.map((exit) => exit.head)).toEqual(['pooled', 'pooled', null]);
    const text = await runInProcess(['inspect', out('bundles', 'ztw')]);
    expect(text.stdout).toContain('pooled, cascade');
  });

  test('a network, with the cuts that the selections take', async () => {
    const text = await runInProcess(['inspect', network]);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain('31.0 M MACs');
    expect(text.stdout.match(/auto, all/g)).toHaveLength(6);
    expect(text.stdout).toContain("Default heads at the cuts of auto cost 4.9 % of the network's MACs");
    const inspection = json<NetworkInspection>(await runInProcess(['inspect', network, '--json']));
    expect(inspection.cuts.every(({ head }) => head !== null)).toBe(true);
    expect(inspection.heads.all?.macsShare).toBeCloseTo(0.0738, 3);
    const every = await runInProcess(['inspect', network, '--every-cut']);
    expect(every.stdout.split('\n').length).toBeGreaterThan(text.stdout.split('\n').length + 30);
  });
});

describe('eval', () => {
  test('compares bundles in one report', async () => {
    const args = ['eval', out('bundles', 'ztw'), out('bundles', 'sdn'), '--data', testData, '--rows', '20:'];
    const rest = ['--calibration-rows', ':20', '--out', out('report'), '--save-logits', out('logits.npy'), '--json'];
    const report = json<EvaluationReport>(await runInProcess([...args, ...rest]));
    expect(report.rows).toBe(40);
    expect(report.methods.map(({ name }) => name)).toEqual([
      'ZTW',
      'ZTW, no ensemble',
      'ZTW, patience',
      'SDN',
      'PABEE',
    ]);
    expect(report.references).toMatchObject([{ name: 'fashion-resnet20' }]);
    for (const method of report.methods)
      expect(method.budgets.map(({ budget }) => budget)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(JSON.parse(await readFile(out('report', 'report.json'), 'utf8'))).toEqual(report);
    expect(await readFile(out('report', 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect((await readdir(root)).filter((name) => name.endsWith('.npy')).sort()).toEqual([
      'logits-sdn.npy',
      'logits-ztw.npy',
    ]);
  });

  test('prints both protocols', async () => {
    const args = ['eval', out('bundles', 'ztw'), '--data', testData, '--out', out('report'), '--overwrite'];
    const { stdout } = await runInProcess(args);
    expect(stdout).toContain('chosen beforehand');
    expect(stdout).toContain('swept on these rows');
    expect(stdout).toContain(out('report', 'report.html'));
  });
});

describe('run', () => {
  test('classifies, and reports what cannot be read as skipped', async () => {
    const images = await writeImages(out('images'), 5);
    const run = await runInProcess(['run', out('bundles', 'ztw'), images, '--threshold', '0', '--json']);
    const classified = json<ClassifiedImages>(run);
    expect(classified.answers).toHaveLength(5);
    expect(classified.skipped).toMatchObject([{ name: expect.stringContaining('broken.png') }]);
    expect(classified.exitHistogram).toEqual([5, 0, 0]);
    expect(run.stderr).toContain('broken.png');
  });

  test('a table and CSV', async () => {
    const args = ['run', out('bundles', 'sdn'), testData, '--limit', '10', '--patience', '1'];
    const table = await runInProcess(args);
    expect(table.stdout).toContain('10 image(s)');
    const csv = await runInProcess([...args, '--csv', '--quiet']);
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(11);
    expect(csv.stderr).toBe('');
  });

  test('both runtimes give the same answers', async () => {
    const args = ['run', out('bundles', 'ztw'), testData, '--limit', '20', '--threshold', '0.6', '--json', '--runtime'];
    const native = json<ClassifiedImages>(await runInProcess([...args, 'node']));
    const web = json<ClassifiedImages>(await runInProcess([...args, 'web']));
    expect([native.runtime, web.runtime]).toEqual([
      expect.stringContaining('onnxruntime-node'),
      expect.stringContaining('WebAssembly'),
    ]);
    expect(web.answers.map(({ exit, labelIndex }) => [exit, labelIndex])).toEqual(
      native.answers.map(({ exit, labelIndex }) => [exit, labelIndex]),
    );
  });

  test.each(['staged', 'nested-if', 'batch-if'])('the executor %s answers as the others', async (executor) => {
    const args = ['run', out('bundles', 'ztw'), testData, '--limit', '20', '--threshold', '0.6', '--json'];
    const auto = json<ClassifiedImages>(await runInProcess(args));
    const chosen = json<ClassifiedImages>(await runInProcess([...args, '--executor', executor]));
    expect([auto.executor, chosen.executor]).toEqual(['nested-if', executor]);
    expect(chosen.exitHistogram).toEqual(auto.exitHistogram);
    const patient = await runInProcess([...args.slice(0, -3), '--patience', '1', '--executor', executor]);
    expect(patient.code).toBe(executor === 'staged' ? 0 : 2);
  });

  test('batches answer as single images do', async () => {
    const args = ['run', out('bundles', 'ztw'), testData, '--threshold', '0.6', '--json'];
    const single = json<ClassifiedImages>(await runInProcess(args));
    const batched = json<ClassifiedImages>(await runInProcess([...args, '--batch', '16']));
    const essence = ({ answers }: ClassifiedImages): unknown =>
      answers.map(({ name, labelIndex, exit }) => [name, labelIndex, exit]);
    expect(essence(batched)).toEqual(essence(single));
  });
});

describe('bench', () => {
  test('lets whole, staged and early take turns', async () => {
    const args = [
      'bench',
      out('bundles', 'ztw'),
      '--network',
      network,
      '--data',
      testData,
      '--batch',
      '1,4',
      '--repeat',
      '3',
    ];
    const result = json<BenchResult>(await runInProcess([...args, '--threshold', '0', '--json']));
    expect(result.rows.map(({ contender, batch }) => `${contender} ${batch}`)).toEqual([
      ...['whole 1', 'staged 1', 'early 1', 'whole 4', 'staged 4', 'early 4'],
    ]);
    const [whole, staged, early] = result.rows;
    expect(whole).toMatchObject({ timeRatio: 1, macsRatio: 1 });
    expect(staged?.macsRatio).toBeGreaterThan(1);
    expect(early?.macsRatio).toBeLessThan(0.5);
  });

  test('random input needs no data', async () => {
    const run = await runInProcess(['bench', out('bundles', 'sdn'), '--batch', '2', '--repeat', '2']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain('random input');
    expect(run.stdout).toContain('staged, no exits');
  });
});
