// `ztw export`: one file out of a bundle, alone or as a model of an inference server.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { equalWeights } from '@ztw/ensemble';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyBundle, tinyClasses, tinyRows } from '../../../packages/runtime-onnx/test/support/tiny-network.ts';
import type { ExportResult } from '../src/commands/export/job.ts';
import { runInProcess } from './support/run-command.ts';

let root: string;
let bundle: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-export-'));
  bundle = at('early');
  const files = await tinyBundle(1, {
    ensemble: equalWeights('geometric', 3, tinyClasses),
    operatingPoints: [{ budget: 0.5, policy: { kind: 'confidence', limit: 0.625 }, accuracy: 0.9, cost: 0.5 }],
  });
  for (const [name, bytes] of files) {
    await mkdir(join(bundle, name, '..'), { recursive: true });
    await writeFile(join(bundle, name), bytes);
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function exported(...args: readonly string[]): Promise<ExportResult> {
  const { code, stdout, stderr } = await runInProcess(['export', bundle, ...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as ExportResult;
}

/** Runs an exported file on some rows. */
async function run(path: string, rows: number, threshold: number): Promise<{ exits: number[]; sums: number[] }> {
  const session = await ort.InferenceSession.create(new Uint8Array(await readFile(path)), { logSeverityLevel: 4 });
  try {
    const feeds = {
      input: new ort.Tensor('float32', tinyRows(rows), [rows, 2]),
      threshold: new ort.Tensor('float32', Float32Array.of(threshold), [1, 1]),
    };
    const { exit, probabilities } = await session.run(feeds);
    const values = probabilities!.data as Float32Array;
    const sums = Array.from({ length: rows }, (_, row) =>
      values.subarray(row * tinyClasses, (row + 1) * tinyClasses).reduce((sum, value) => sum + value, 0),
    );
    return { exits: Array.from(exit!.data as BigInt64Array, Number), sums };
  } finally {
    await session.release();
  }
}

describe('one file', () => {
  test('for any number of rows, with its thresholds as an input', async () => {
    const result = await exported('--out', at('batch.onnx'));
    expect(result).toMatchObject({ form: 'batch-if', file: at('batch.onnx'), tritonModel: null, exits: 3 });
    expect((await readFile(at('batch.onnx'))).length).toBe(result.bytes);
    expect(await run(at('batch.onnx'), 5, 0)).toMatchObject({ exits: [0, 0, 0, 0, 0] });
    const { exits, sums } = await run(at('batch.onnx'), 5, 1);
    expect(exits).toEqual([2, 2, 2, 2, 2]);
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
  });

  test('for one row', async () => {
    const result = await exported('--batch', '1', '--out', at('single.onnx'));
    expect(result.form).toBe('nested-if');
    expect((await run(at('single.onnx'), 1, 1)).exits).toEqual([2]);
    await expect(run(at('single.onnx'), 2, 1)).rejects.toThrow();
  });

  test('says for people what goes in and out', async () => {
    const { stdout, code } = await runInProcess(['export', bundle, '--out', at('text.onnx')]);
    expect(code).toBe(0);
    for (const part of ['text.onnx', '[rows, 2]', '1 or 2', 'probabilities', 'int64', '0.625']) {
      expect(stdout).toContain(part);
    }
  });
});

describe('a Triton model', () => {
  test('with dynamic batching', async () => {
    const result = await exported('--triton', at('models'), '--name', 'tiny', '--max-batch', '16');
    expect(result).toMatchObject({ file: null, tritonModel: at('models', 'tiny') });
    const files = (await readdir(at('models', 'tiny'), { recursive: true })).sort();
    expect(files).toEqual(['1', join('1', 'model.onnx'), 'config.pbtxt', 'labels.txt', 'ztw.json']);
    const config = await readFile(at('models', 'tiny', 'config.pbtxt'), 'utf8');
    expect(config).toContain('name: "tiny"');
    expect(config).toContain('max_batch_size: 16');
    expect(config).toContain('dynamic_batching');
    expect(config).toContain('reshape: { shape: [ ] }');
    expect(await readFile(at('models', 'tiny', 'labels.txt'), 'utf8')).toBe('ant\nbee\ncow\n');
    const facts = JSON.parse(await readFile(at('models', 'tiny', 'ztw.json'), 'utf8'));
    expect(facts.operatingPoints).toMatchObject([{ budget: 0.5, threshold: 0.625 }]);
    expect((await run(at('models', 'tiny', '1', 'model.onnx'), 3, 0)).exits).toEqual([0, 0, 0]);
  });

  test('for one row: no batching, full shapes, replaced only when told', async () => {
    const args = ['--batch', '1', '--triton', at('models'), '--name', 'tiny'];
    const refused = await runInProcess(['export', bundle, ...args]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--overwrite') });
    await exported(...args, '--overwrite');
    const config = await readFile(at('models', 'tiny', 'config.pbtxt'), 'utf8');
    expect(config).toContain('max_batch_size: 0');
    expect(config).toContain('dims: [ 1, 2 ]');
    expect(config).not.toMatch(/dynamic_batching|reshape/);
  });

  test('has the text format that protobuf reads', async (context) => {
    try {
      execFileSync('protoc', ['--version'], { stdio: 'ignore' });
    } catch {
      context.skip('protoc is not installed');
    }
    await exported('--triton', at('parsed'));
    // Only what the configuration uses, as Triton's model_config.proto has it.
    await writeFile(
      at('model_config.proto'),
      `syntax = "proto3"; package inference;
       enum DataType { TYPE_INVALID = 0; TYPE_INT64 = 5; TYPE_FP32 = 11; }
       message ModelTensorReshape { repeated int64 shape = 1; }
       message ModelInput { string name = 1; DataType data_type = 2; repeated int64 dims = 4; }
       message ModelOutput { string name = 1; DataType data_type = 2; repeated int64 dims = 3; string label_filename = 4; ModelTensorReshape reshape = 5; }
       message ModelDynamicBatching { uint64 max_queue_delay_microseconds = 2; }
       message ModelConfig { string name = 1; string backend = 17; int32 max_batch_size = 4; repeated ModelInput input = 5; repeated ModelOutput output = 6; ModelDynamicBatching dynamic_batching = 11; }`,
    );
    const input = await readFile(at('parsed', 'early', 'config.pbtxt'));
    const args = ['--encode=inference.ModelConfig', `--proto_path=${root}`, at('model_config.proto')];
    expect(execFileSync('protoc', args, { input }).length).toBeGreaterThan(100);
  });
});

describe('refuses, and writes nothing', () => {
  async function refused(...args: readonly string[]): Promise<string> {
    const before = await readdir(root, { recursive: true });
    const { code, stdout, stderr } = await runInProcess(['export', ...args, '--quiet']);
    expect(code, stderr).toBe(2);
    expect(stdout).toBe('');
    expect(await readdir(root, { recursive: true })).toEqual(before);
    return stderr;
  }

  test('an export to nowhere', async () => {
    expect(await refused(bundle)).toMatch(/--out.*--triton/);
  });

  test('a file or folder in the way', async () => {
    await writeFile(at('taken.onnx'), 'mine');
    expect(await refused(bundle, '--out', at('taken.onnx'))).toContain('--overwrite');
    expect(await readFile(at('taken.onnx'), 'utf8')).toBe('mine');
    expect(await refused(bundle, '--out', root)).toContain('is a folder');
  });

  test('a name that is no name of a model', async () => {
    expect(await refused(bundle, '--triton', at('other'), '--name', '../up')).toContain('--name');
  });

  test('what is no bundle, and a damaged one', async () => {
    expect(await refused(at('nowhere'), '--out', at('x.onnx'))).toContain('nowhere');
    const files = await tinyBundle(1);
    const damaged = at('damaged');
    for (const [name, bytes] of files) {
      await mkdir(join(damaged, name, '..'), { recursive: true });
      await writeFile(join(damaged, name), name.endsWith('1.onnx') ? bytes.map((byte) => byte ^ 1) : bytes);
    }
    expect(await refused(damaged, '--out', at('x.onnx'))).toMatch(/SHA-256/);
  });

  test('a batch size that there is not', async () => {
    expect(await refused(bundle, '--out', at('x.onnx'), '--batch', '7')).toContain('1, dynamic');
  });
});

test('the help shows how', async () => {
  const { stdout, code } = await runInProcess(['export', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--triton');
  expect(stdout).toContain('$ ztw export out/early --out early.onnx');
});
