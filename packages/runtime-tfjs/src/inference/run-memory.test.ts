import { memory } from '@tensorflow/tfjs-core';
import { weightsInMemory } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import type { TensorProgram } from '@ztw/program';
import { expect, test } from 'vitest';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { openProgram } from './open-program.ts';

/** 2^22 values per row, and as many again before they are summed. */
const program: TensorProgram = {
  format: 'ztw-stage-program',
  version: 1,
  inputs: [{ name: 'x', rowShape: [4] }],
  previousLogits: null,
  outputs: [],
  logits: 'sum',
  steps: [
    { operator: 'tile', input: 'x', repeats: [1, 2 ** 20], output: 'wide' },
    { operator: 'function', function: 'relu', input: 'wide', output: 'positive' },
    { operator: 'reduce', function: 'sum', input: 'positive', axes: [1], keepAxes: true, output: 'sum' },
  ],
};

test('rows that do not fit into the memory of WebAssembly are refused before the first step, and fewer run', async () => {
  const tf = await tensorflowOn('wasm');
  const before = memory().numTensors;
  const steps = new TextEncoder().encode(JSON.stringify(program));
  const open = openProgram({ tf, steps, weights: weightsInMemory(new Map()), path: 'p.json', what: 'the test' });
  const run = (rows: number) => open.run([tf.tensor(new Float32Array(4 * rows).fill(1), [rows, 4])], null, rows).logits;
  expect(() => run(100)).toThrow(InvalidInputError);
  expect(() => run(100)).toThrow(/at most 96 rows at once .* received 100\. Choose a smaller batchSize/);
  const logits = run(2);
  expect(Array.from(await logits.data())).toEqual([2 ** 22, 2 ** 22]);
  logits.dispose();
  open.release();
  expect(memory().numTensors).toBe(before);
});
