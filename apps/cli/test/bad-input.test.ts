// What must not be accepted: one line that says why, exit code 2, and nothing written.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TinyGraph, tinyOnnx } from '../../../packages/runtime-onnx/test/support/tiny-onnx.ts';
import { writeNpy } from '../src/data/index.ts';
import { runInProcess, runProcess } from './support/run-command.ts';
import { network, writeArrays } from './support/sample-data.ts';

let root: string;
let data: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-bad-'));
  data = await writeArrays(at('data'), 60, 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs a command that must fail on its input with one line, and must not have written anything. */
async function refused(args: readonly string[]): Promise<string> {
  const before = await readdir(root, { recursive: true });
  const { code, stdout, stderr } = await runInProcess([...args, '--quiet']);
  expect(code, stderr).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: .*\n$/);
  expect(await readdir(root, { recursive: true })).toEqual(before);
  return stderr;
}

const train = (model: string, ...more: readonly string[]): readonly string[] => [
  ...['train', model, '--data', data, '--preset', 'none', '--head', 'pooled', '--epochs', '1', '--out', at('out')],
  ...more,
];

describe('networks', () => {
  /** Writes a network and returns its path. */
  async function model(name: string, bytes: Uint8Array): Promise<string> {
    await writeFile(at(name), bytes);
    return at(name);
  }

  const linear = (weights: Float32Array, dims: readonly (number | string)[]): TinyGraph => ({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', dims }],
    outputs: [{ name: 'y', type: 'float32', dims: ['rows', 3] }],
    constants: [{ name: 'w', dims: [4, 3], values: weights }],
  });

  test('a file that is not there', async () => {
    expect(await refused(train(at('missing.onnx')))).toContain('missing.onnx');
  });

  test('a file that is no ONNX', async () => {
    const path = await model('text.onnx', new TextEncoder().encode('this is a text, not a network'));
    expect(await refused(train(path))).toContain(`${path}: `);
    expect(await refused(['inspect', path])).toContain('text.onnx');
  });

  test('an empty file', async () => {
    expect(await refused(train(await model('empty.onnx', new Uint8Array())))).toContain('empty');
  });

  test('a truncated file', async () => {
    const bytes = await readFile(network);
    const path = await model('truncated.onnx', bytes.subarray(0, bytes.length / 2));
    expect(await refused(train(path))).toMatch(/truncated\.onnx: .*(truncated|cut short)/);
  });

  test('a graph without a legal cut', async () => {
    const path = await model('linear.onnx', tinyOnnx(linear(new Float32Array(12).fill(0.5), ['rows', 4])));
    expect(await refused(train(path))).toContain('no legal cut');
    expect(await refused(['inspect', path])).toContain('no legal cut');
  });

  test('a graph that leaves sizes open', async () => {
    const path = await model('open.onnx', tinyOnnx(linear(new Float32Array(12).fill(0.5), ['rows', 'width'])));
    const message = await refused(['inspect', path]);
    expect(message).toContain('open.onnx');
    expect(message).toContain('--input-shape');
    expect(message).not.toContain('inputShape');
  });

  test('weights that are not numbers', async () => {
    const path = await model('nan.onnx', tinyOnnx(linear(new Float32Array(12).fill(Number.NaN), ['rows', 4])));
    expect(await refused(['inspect', path])).toMatch(/'?w'?/);
  });

  test('a selection of cuts that the network does not have', async () => {
    expect(await refused(train(network, '--cuts', '40'))).toContain('40');
    expect(await refused(train(network, '--cuts', 'nowhere'))).toContain('nowhere');
    expect(await refused(train(network, '--cuts', '1;2'))).toContain('2 selections for 1 network');
  });

  test('one network without cuts', async () => {
    expect(await refused(train(network, '--cuts', 'none'))).toContain('no early exit');
  });

  test('networks that cannot follow one another', async () => {
    const path = await model('other.onnx', tinyOnnx(linear(new Float32Array(12).fill(0.5), ['rows', 4])));
    expect(await refused(['train', network, path, '--cuts', 'none', '--data', data, '--out', at('out')])).toContain(
      'Expected the same input for all networks of a chain',
    );
  });
});

describe('data', () => {
  test('a path that is not there', async () => {
    expect(await refused(train(network, '--data', at('nothing')))).toContain('nothing');
  });

  test('an empty folder', async () => {
    await mkdir(at('void'));
    expect(await refused(train(network, '--data', at('void')))).toContain('void');
  });

  test('no image that can be decoded', async () => {
    await mkdir(at('broken', 'cat'), { recursive: true });
    await writeFile(at('broken', 'cat', 'a.png'), 'no image');
    expect(await refused(train(network, '--data', at('broken')))).toContain('broken');
  });

  test('more classes than the network knows', async () => {
    const folder = await writeArrays(at('wide'), 20, 1);
    await writeFile(
      join(folder, 'labels.npy'),
      writeNpy(
        Int32Array.from({ length: 20 }, (_, row) => row),
        [20],
      ),
    );
    const message = await refused(train(network, '--data', folder));
    expect(message).toContain('20');
    expect(message).toContain('10');
  });

  test('images without labels, without --no-labels', async () => {
    const folder = await writeArrays(at('unlabelled'), 20, 1);
    await unlink(join(folder, 'labels.npy'));
    expect(await refused(train(network, '--data', folder))).toContain('--no-labels');
  });

  test('too few rows to hold some out', async () => {
    expect(await refused(train(network, '--limit', '1'))).toContain('--validation');
  });

  test('rows that do not exist', async () => {
    const calibration = ['--calibration-data', data, '--calibration-rows'];
    expect(await refused(train(network, ...calibration, '50:70'))).toContain('50:70');
    expect(await refused(train(network, ...calibration, 'some'))).toContain('some');
  });

  test('calibration rows without calibration data', async () => {
    expect(await refused(train(network, '--calibration-rows', ':10'))).toContain('--calibration-data');
  });
});

describe('the command line', () => {
  const usage = async (args: readonly string[]): Promise<string> => {
    const { code, stderr } = await runInProcess(args);
    expect(code, stderr).toBe(2);
    return stderr;
  };

  test('what commander finds', async () => {
    expect(await usage(['fly'])).toContain("unknown command 'fly'");
    expect(await usage(['train', network])).toContain("required option '--out <folder>'");
    expect(await usage([...train(network), '--epochs', 'many'])).toContain('Expected a whole number of at least 1.');
    expect(await usage([...train(network), '--methods', 'ztw,magic'])).toContain('Expected one of ztw, sdn.');
    expect(await usage(['run', 'a', 'b', '--budget', '0.5', '--threshold', '0.9'])).toContain('cannot be used with');
  });

  test('what the jobs find', async () => {
    expect(await refused(train(network, '--preset', 'magic'))).toContain('magic');
    expect(await refused(train(network, '--mean', '1,2'))).toContain('channel');
    expect(await refused(train(network, '--no-labels', '--distill', '0.5'))).toContain('--distill');
  });

  test('an output folder that holds other things', async () => {
    await mkdir(at('thesis'));
    await writeFile(at('thesis', 'thesis.txt'), 'years of work');
    expect(await refused([...train(network), '--out', at('thesis'), '--overwrite'])).toContain('thesis');
    expect(await refused([...train(network), '--work', at('thesis')])).toContain('--work');
  });

  test('help shows examples and exit codes', async () => {
    for (const command of ['inspect', 'train', 'eval', 'run', 'bench']) {
      const { code, stdout } = await runInProcess([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`$ ztw ${command}`);
    }
    expect((await runInProcess(['--help'])).stdout).toContain('Exit codes: 0 done');
    expect((await runInProcess(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('the process ends with the same codes', async () => {
    const { code, stderr, stdout } = await runProcess(['inspect', at('missing.onnx')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*missing\.onnx.*\n$/);
  });
});

describe('bundles', () => {
  let bundle: string;
  let copies = 0;

  beforeAll(async () => {
    bundle = at('bundle');
    const args = [
      'train',
      network,
      '--data',
      data,
      '--preset',
      'none',
      '--cuts',
      '1',
      '--head',
      'pooled',
      '--epochs',
      '1',
      '--out',
      bundle,
    ];
    const { code, stderr } = await runInProcess([...args, '--quiet']);
    expect(code, stderr).toBe(0);
  });

  /** A copy of the bundle that has been damaged. */
  async function damaged(damage: (folder: string) => Promise<void>): Promise<string> {
    const copy = at(`copy-${copies++}`);
    await cp(bundle, copy, { recursive: true });
    await damage(copy);
    return copy;
  }

  const editManifest =
    (edit: (text: string) => string) =>
    async (folder: string): Promise<void> => {
      const path = join(folder, 'manifest.json');
      await writeFile(path, edit(await readFile(path, 'utf8')));
    };
  const stage = join('networks', '0', 'stage-00.onnx');

  const cases: readonly [string, (folder: string) => Promise<void>, RegExp][] = [
    [
      'a changed byte',
      async (folder) => {
        const bytes = await readFile(join(folder, stage));
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
        await writeFile(join(folder, stage), bytes);
      },
      /stage-00\.onnx.*SHA-256/,
    ],
    ['a missing file', (folder) => unlink(join(folder, stage)), /stage-00\.onnx.*missing/],
    ['a file that was cut short', (folder) => truncate(join(folder, stage), 100), /stage-00\.onnx.*100 bytes/],
    ['a missing manifest', (folder) => unlink(join(folder, 'manifest.json')), /manifest\.json/],
    ['a manifest that was cut short', editManifest((text) => text.slice(0, 200)), /manifest\.json.*JSON/],
    ['an unknown version', editManifest((text) => text.replace('"version": 2', '"version": 99')), /version.*99/],
    [
      'a path outside the bundle',
      editManifest((text) => text.replaceAll('networks/0/stage-00.onnx', '../../secret.onnx')),
      /networks\.0\.stages\.0\.model.*path inside the bundle/,
    ],
  ];

  test.each(cases)('%s', async (_name, damage, message) => {
    const copy = await damaged(damage);
    for (const args of [
      ['run', copy, data],
      ['inspect', copy],
      ['eval', copy, '--data', data, '--out', at('report')],
      ['bench', copy],
    ]) {
      expect(await refused(args)).toMatch(message);
    }
  });

  test('damaged weights are found by inspect', async () => {
    const copy = await damaged((folder) => truncate(join(folder, 'networks/0/stage-00.safetensors'), 50));
    expect(await refused(['inspect', copy])).toContain('stage-00.safetensors');
  });

  test('a folder that is not there', async () => {
    expect(await refused(['run', at('nowhere'), data])).toContain('nowhere');
  });

  test('a budget that was not calibrated', async () => {
    expect(await refused(['run', bundle, data, '--budget', '0.01'])).toContain('0.01');
  });

  test('evaluation without labels, and of rows that also calibrate', async () => {
    const folder = await writeArrays(at('mute'), 20, 1);
    await unlink(join(folder, 'labels.npy'));
    expect(await refused(['eval', bundle, '--data', folder, '--out', at('report')])).toContain('no labels');
    const args = ['eval', bundle, '--data', data, '--calibration-rows', ':10', '--out', at('report')];
    expect(await refused(args)).toContain('--rows');
  });
});
