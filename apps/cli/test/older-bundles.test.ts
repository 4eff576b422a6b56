// A bundle that an earlier version wrote loads, and answers as it did then, on both runtimes.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { classify } from '@ztw/core';
import { loadBundle as loadOnOnnxRuntime } from '@ztw/runtime-onnx';
import { loadBundle as loadOnTensorflow } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { openData, toInput } from '../src/data/index.ts';
import { runInProcess } from './support/run-command.ts';

interface Answers {
  readonly policy: string;
  readonly answers: readonly { readonly labelIndex: number; readonly exit: number; readonly probability: number }[];
}

const folder = fileURLToPath(new URL('./__fixtures__/bundle-0.1', import.meta.url));
const recorded = JSON.parse(await readFile(`${folder}-answers.json`, 'utf8')) as Answers;
const bundle = (path: string): Promise<Uint8Array> => readFile(`${folder}/${path}`);
const rows = recorded.answers.length;

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
  const args = ['run', folder, 'fashion-mnist:test', '--limit', String(rows), '--budget', '0.5', '--runtime', 'web'];
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
  const data = await openData('fashion-mnist:test', { ...manifest.preprocessing!, limit: rows });
  const pixels = await data.pixels(Int32Array.from({ length: rows }, (_, row) => row));
  const input = { rows, data: toInput(pixels, rows, manifest.preprocessing!) };
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
