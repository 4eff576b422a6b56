// `ztw train --prune-exits`, end to end: exits that stay, exits that go, and the verdict where only the network is
// left.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '@ztw/bundle';
import type { DeviceProfile } from '@ztw/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyOnnx } from '../../../packages/runtime-onnx/test/support/tiny-onnx.ts';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import type { TrainJobResult } from '../src/commands/train/job.ts';
import type { WrittenBundle } from '../src/commands/train/write-bundle.ts';
import { bundleWeights } from './support/bundle-weights.ts';
import { type CommandRun, runInProcess, runProcess } from './support/run-command.ts';
import { network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-prune-'));
  data = await writeArrays(at('data'), 200, 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** ICs that learn the network's answers: it is always right then, and early exits have something to lose. */
const command = (out: string, cuts: string, ...more: readonly string[]): readonly string[] => [
  ...['train', network, '--data', data, '--no-labels', '--validation', '0.3', '--preset', 'fashion-mnist'],
  ...['--head', 'pooled', '--epochs', '4', '--batch', '16', '--lr', '3e-3', '--out', at(out), '--cuts', cuts, ...more],
];

function bundlesOf({ stdout, stderr, code }: CommandRun): readonly WrittenBundle[] {
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as TrainJobResult).bundles;
}

async function train(...args: Parameters<typeof command>): Promise<WrittenBundle> {
  const [bundle] = bundlesOf(await runInProcess([...command(...args), '--json', '--quiet']));
  return bundle as WrittenBundle;
}

const weights = (folder: string): Promise<Buffer> => bundleWeights(at(folder));
const manifest = async (folder: string): Promise<BundleManifest> =>
  JSON.parse(await readFile(at(folder, 'manifest.json'), 'utf8')) as BundleManifest;

/** A profile whose stages and whole network take so long. */
async function profile(name: string, stages: readonly string[], stageMilliseconds: readonly number[], whole: number) {
  const batches = [{ batchSize: 1, repeats: 1, stageMilliseconds, wholeMilliseconds: whole }];
  const content: DeviceProfile = { format: 'ztw-device-profile', version: 1, model: 'made up', stages, batches };
  await writeFile(at(name), JSON.stringify(content));
  return at(name);
}

/** 28 x 28 pixels to ten classes in one step, all weights alike: cheap, and no better than a guess. */
function linearNetwork(): Uint8Array {
  return tinyOnnx({
    nodes: [
      { operator: 'Flatten', inputs: ['x'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: 'float32', dims: ['rows', 1, 28, 28] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['rows', 10] }],
    constants: [{ name: 'w', dims: [784, 10], values: new Float32Array(7840).fill(0.01) }],
  });
}

describe('in MACs', () => {
  test('exits that save are kept', async () => {
    const { pruning, exits } = await train('all', '3', '--prune-exits', '--prune-tolerance', '0');
    expect(pruning).toMatchObject({ unit: 'macs', accuracy: 1, dropped: [], verdict: { kind: 'early-exit' } });
    expect(exits).toHaveLength(4);
    expect(pruning?.cost).toBe(pruning?.costOfAll);
  });

  test('exits that do not are dropped, and ICs that have lost their predecessor are those of a training without it', async () => {
    const { pruning, exits } = await train('pruned', '6', '--prune-exits');
    // So few held-out rows do not speak for an ensemble; of the ICs that were trained again, plain exits can spare one more.
    expect(pruning).toMatchObject({ trainings: 3, verdict: { kind: 'early-exit' } });
    const dropped = pruning?.dropped ?? [];
    expect(dropped.length).toBeGreaterThan(0);
    for (const { costWith, costWithout } of dropped) expect(costWithout).toBeLessThanOrEqual(costWith ?? 0);
    const names = exits.map(({ name }) => name);
    expect(pruning?.kept).toEqual(names);
    for (const { name } of dropped) expect(names).not.toContain(name);
    expect((await manifest('pruned')).provenance.pruning).toMatchObject({ dropped: dropped.map(({ name }) => name) });

    await train('named', names.slice(0, -1).join(','));
    expect((await weights('pruned')).equals(await weights('named'))).toBe(true);
    expect((await readdir(root)).filter((name) => name.endsWith('.work'))).toEqual([]);
  }, 60_000);

  test('an interruption in the second training is resumed there', async () => {
    const cuts = ((await manifest('pruned')).networks[0]?.stages.length ?? 0) - 1;
    const stopped = await runProcess(command('stopped', '6', '--prune-exits'), {
      interrupt: { when: `IC 1 of ${cuts} done`, signal: 'SIGINT' },
    });
    expect(stopped.code).toBe(130);
    const resumed = await runInProcess(command('stopped', '6', '--prune-exits'));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain(`resuming after 1 of ${cuts}`);
    expect((await weights('stopped')).equals(await weights('pruned'))).toBe(true);
  }, 60_000);

  test('another network is the better answer if it is accurate enough', async () => {
    const small = at('small.onnx');
    await writeFile(small, linearNetwork());
    const verdict = async (out: string, tolerance: string) =>
      (await train(out, '1', '--prune-exits', '--prune-tolerance', tolerance, '--alternative', small)).pruning?.verdict;
    expect(await verdict('strict', '0')).toEqual({ kind: 'early-exit' });
    expect(await verdict('lax', '1')).toEqual({ kind: 'alternative', name: 'small' });
  });
});

describe('in milliseconds', () => {
  test('measured here, and the measurement stored beside each bundle', async () => {
    const args = [...command('timed', '3', '--prune-exits', 'milliseconds'), '--methods', 'ztw,sdn'];
    for (const { folder, pruning, exits } of bundlesOf(await runInProcess([...args, '--json', '--quiet']))) {
      expect(pruning?.unit).toBe('milliseconds');
      expect(pruning?.wholeCost).toBeGreaterThan(0);
      const [file] = await readdir(join(folder, 'profiles'));
      const stored = JSON.parse(await readFile(join(folder, 'profiles', file ?? ''), 'utf8')) as DeviceProfile;
      expect(stored.stages).toEqual(exits.map(({ name }) => name));
      expect(stored.batches).toMatchObject([{ batchSize: 1, wholeMilliseconds: expect.any(Number) }]);
    }
  }, 60_000);

  test('if no exit pays, only the network is kept, and the text says so', async () => {
    const stages = (await manifest('all')).networks[0]?.stages.map((stage) => stage.name) ?? [];
    const dear = await profile('dear.json', stages, [9, 9, 9, 1], 1);
    const args = command('alone', '3', '--prune-exits', 'milliseconds', '--profile', dear);
    const { code, stdout, stderr } = await runInProcess(args);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Early exit does not pay here; the full network or a smaller one is better');
    expect(stdout).toContain('The bundle contains the full network only.');
    expect(stderr).toContain('keeps the budget(s) 0.25, 0.5, 0.75');
    const run = await runInProcess(['run', at('alone'), data, '--limit', '5', '--budget', '1', '--json', '--quiet']);
    expect((JSON.parse(run.stdout) as ClassifiedImages).exitHistogram).toEqual([5]);
    const { ensemble, weights: stored, operatingPoints } = await manifest('alone');
    expect([ensemble, stored, operatingPoints.map(({ cost }) => cost)]).toEqual([null, null, [1]]);
  }, 60_000);

  test('exits are kept although the uncut network is faster than any stages', async () => {
    const stages = (await manifest('all')).networks[0]?.stages.map((stage) => stage.name) ?? [];
    const slow = await profile('slow.json', stages, [2, 2, 2, 9], 1);
    const { pruning, exits } = await train('slow', '3', '--prune-exits', 'milliseconds', '--profile', slow);
    expect(pruning?.verdict).toEqual({ kind: 'whole-network' });
    expect(exits.length).toBeGreaterThan(1);
  });
});

describe('refused before anything is trained', () => {
  async function refused(args: readonly string[]): Promise<string> {
    const before = await readdir(root);
    const { code, stderr } = await runInProcess([...args, '--quiet']);
    expect(code).toBe(2);
    expect(await readdir(root)).toEqual(before);
    return stderr;
  }

  test('chains', async () => {
    const args = ['train', network, network, '--data', data, '--cuts', '1', '--out', at('chain'), '--prune-exits'];
    expect(await refused(args)).toContain('judges the exits of one network; received 2 networks');
  });

  test('a profile of other stages, or none', async () => {
    const times = ['--prune-exits', 'milliseconds', '--profile'];
    const other = await profile('other.json', ['a', 'final'], [1, 1], 1);
    expect(await refused(command('x', '3', ...times, other))).toContain('with the stages a, final');
    expect(await refused(command('x', '3', ...times, at('missing.json')))).toContain('missing.json');
    expect(await refused(command('x', '3', ...times, other, '--profile-batch', '0'))).toContain('at least 1');
  });

  test('a network that is no alternative, and a unit that is none', async () => {
    await writeFile(at('text.onnx'), 'no network');
    expect(await refused(command('x', '3', '--prune-exits', '--alternative', at('text.onnx')))).toContain('text.onnx');
    expect(await refused(command('x', '3', '--prune-exits', 'joules'))).toContain('macs, milliseconds');
  });
});
