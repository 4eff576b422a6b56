// Policies of every kind from end to end: calibrated by `train`, swept by `eval`, run by `run` and `bench`, written by
// `export`.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PolicyKind, policyKinds } from '@ztw/core';
import type { EvaluationReport } from '@ztw/core/evaluation';
import { singleLimit } from '@ztw/core/runtime';
import { loadBundle } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult } from '../src/commands/bench/job.ts';
import type { ExportResult } from '../src/commands/export/job.ts';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import type { TrainJobResult } from '../src/commands/train/job.ts';
import { runInProcess } from './support/run-command.ts';
import { network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);
const kinds: readonly PolicyKind[] = Object.values(policyKinds);

async function json<Result>(...args: readonly string[]): Promise<Result> {
  const { code, stdout, stderr } = await runInProcess([...args, '--json', '--quiet']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

async function refused(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  return stderr;
}

/** Trains once; the same work folder then gives a bundle per kind of policy without training again. */
const train = (kind: string): Promise<TrainJobResult> =>
  json(
    ...['train', network, '--data', data, '--preset', 'fashion-mnist', '--head', 'pooled', '--epochs', '1'],
    ...['--batch', '32', '--cuts', '2', '--budgets', '0.5,0.8,1', '--policy', kind, '--allow-mismatch'],
    ...['--work', at('work'), '--keep-work', '--out', at(kind)],
  );

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-policies-'));
  data = await writeArrays(at('data'), 200, 1);
  for (const { kind } of kinds) await train(kind);
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each(kinds.map((policy) => [policy.kind, policy] as const))('%s', (kind, policy) => {
  test('is what the bundle was calibrated with, and what a program gets for a budget', async () => {
    const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(at(kind, path)));
    await using bundle = await loadBundle({ ort, bundle: read });
    const { operatingPoints } = bundle.manifest;
    expect(operatingPoints.length).toBeGreaterThan(0);
    for (const point of operatingPoints) expect(singleLimit(point.policy)?.kind).toBe(policy);
    expect(bundle.policyFor(1).name).toMatch(new RegExp(`^${policy.factory}\\(`));
  });

  test('runs with the bundle, by its budget and by a policy of the command line', async () => {
    const own = await json<ClassifiedImages>('run', at(kind), data, '--limit', '20', '--budget', '1');
    expect(own.policy).toMatch(new RegExp(`^${policy.factory}\\(`));
    expect(own.executor).toBe(policy.graphScore === null ? 'staged' : 'nested-if');
    const [first, second] = Array.from(policy.settings({ exitCount: 3, classes: 10 })).slice(0, 2);
    for (const limits of [`${second}`, `${first},${second}`]) {
      const args = ['run', at('confidence'), data, '--limit', '20', '--policy', `${kind}:${limits}`];
      const given = await json<ClassifiedImages>(...args);
      const staged = await json<ClassifiedImages>(...args, '--executor', 'staged');
      expect(given.policy).toBe(`${policy.factory}(${limits.replace(',', ', ')})`);
      expect(given.exitHistogram).toEqual(staged.exitHistogram);
    }
  });

  test('is swept and calibrated by eval, with the settings of a bundle of its kind', async () => {
    const args = ['eval', at(kind), '--data', data, '--rows', '20:', '--policy', kind, '--out', at('report', kind)];
    const report = await json<EvaluationReport>(...args);
    const rule = kind === 'confidence' ? 'threshold' : kind;
    expect(report.methods.map((method) => method.rule)).toEqual([rule, rule]);
    const [own] = report.methods;
    expect(own?.name).toBe(kind === 'confidence' ? 'ZTW' : `ZTW, ${kind}`);
    expect(own?.budgets.find(({ budget }) => budget === 1)?.calibrated).not.toBeNull();
    expect(own?.curve.length).toBeGreaterThan(1);
    const html = await readFile(at('report', kind, 'report.html'), 'utf8');
    expect(html).toContain(kind === 'confidence' ? '&gt; ' : kind);
    // Without a bundle of its kind, the settings come from calibration rows.
    const other = kind === 'confidence' ? 'entropy' : 'confidence';
    const foreign = await json<EvaluationReport>(
      ...['eval', at(other), '--data', data, '--rows', '20:', '--calibration-rows', ':20', '--policy', kind],
      ...['--out', at('report', `${kind}-on-${other}`)],
    );
    expect(foreign.methods[0]?.budgets.find(({ budget }) => budget === 1)?.calibrated).not.toBeNull();
  });

  test('is exported if a single file supports it, else refused by name', async () => {
    if (policy.graphScore === null) {
      const before = await readdir(root);
      expect(await refused('export', at(kind), '--out', at('no.onnx'))).toMatch(new RegExp(`${kind}.*'staged'`));
      expect(await readdir(root)).toEqual(before);
      return;
    }
    const result = await json<ExportResult>('export', at(kind), '--out', at(`${kind}.onnx`), '--triton', at('models'));
    expect(result.policy).toBe(kind);
    expect(result.operatingPoints.length).toBeGreaterThan(0);
    for (const point of result.operatingPoints) expect('threshold' in point).toBe(kind === 'confidence');
    const config = await readFile(at('models', kind, 'config.pbtxt'), 'utf8');
    expect(config).toContain(kind === 'confidence' ? 'largest probability is greater' : `its ${kind} is`);
  });
});

test('by default, an evaluation uses the kind that a bundle was calibrated with, and patience', async () => {
  const report = await json<EvaluationReport>('eval', at('entropy'), '--data', data, '--out', at('report', 'own'));
  expect(report.methods.map(({ rule }) => rule)).toEqual(['entropy', 'entropy', 'patience']);
  const patient = await json<EvaluationReport>(
    'eval',
    at('patience'),
    '--data',
    data,
    '--out',
    at('report', 'patient'),
  );
  expect(patient.methods.map(({ rule }) => rule)).toEqual(['patience', 'patience']);
});

test('combined policies run, stage by stage', async () => {
  const args = ['run', at('margin'), data, '--limit', '20', '--policy', 'anyOf(confidence:0.12, 0.9, patience:1)'];
  const run = await json<ClassifiedImages>(...args);
  expect(run).toMatchObject({ policy: 'anyOf(confidenceThreshold(0.12, 0.9), patience(1))', executor: 'staged' });
  expect(await refused(...args, '--executor', 'batch-if')).toMatch(/batch-if .* --executor staged/);
  const bench = ['bench', at('margin'), '--batch', '2', '--repeat', '2', '--no-profile', '--policy', 'entropy:0.5'];
  expect((await json<BenchResult>(...bench)).policy).toBe('entropyThreshold(0.5)');
});

test('what cannot be read or chosen is refused, and says how it is written', async () => {
  const run = ['run', at('margin'), data];
  expect(await refused(...run, '--policy', 'mood:1')).toContain(kinds.map(({ kind }) => kind).join(', '));
  expect(await refused(...run, '--policy', 'confidence:2')).toContain('from 0 to 1');
  expect(await refused(...run, '--policy', 'confidence:0.9', '--threshold', '0.9')).toContain('cannot be used with');
  const evaluation = ['eval', at('margin'), '--data', data, '--out', at('never-written')];
  expect(await refused(...evaluation, '--policy', 'confidence:0.5,0.9')).toContain('overfits');
  expect(await refused(...evaluation, '--policy', 'anyOf(confidence,patience)')).toContain('A sweep varies one limit');
  expect(await readdir(root)).not.toContain('never-written');
});

test('people read the policies of a bundle', async () => {
  const { stdout } = await runInProcess(['inspect', at('entropy')]);
  expect(stdout).toMatch(/budget\s+policy/);
  expect(stdout).toMatch(/entropy:0|entropy:\d/);
  const plain = await runInProcess(['inspect', at('confidence')]);
  expect(plain.stdout).toMatch(/budget\s+threshold/);
});
