// Every step of stage programs, as this package runs it and as an ONNX model: the same values.

import { type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import { encodeSafetensors } from '@ztw/bundle';
import { InvalidInputError, type Parameter, UnsupportedModelError } from '@ztw/core';
import { seededRandom } from '@ztw/heads';
import { programToOnnx } from '@ztw/onnx-graph';
import type { ProgramStep, TensorProgram } from '@ztw/program';
import { expect, test } from 'vitest';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { ort } from '../__fixtures__/program-networks.ts';
import { openProgram } from './open-program.ts';

// Sums of float32 in another order.
const tolerance = { rtol: 1e-5, atol: 1e-5 };

const tf = await tensorflowOn('cpu');
const rowShape = [4, 6, 3] as const;
const random = seededRandom(4);

function values(...shape: readonly number[]): Parameter {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: size }, () => random() * 2 - 1) };
}

const weights = new Map<string, Parameter>([
  ['filter', values(3, 2, 3, 4)],
  ['deep', values(2, 3, 3, 2)],
  ['bias4', values(4)],
  ['bias6', values(6)],
  ['matrix', values(3, 4)],
  ['left', values(2, 4)],
  ['right', values(3, 5)],
  ['channel', values(3)],
  ['pixel', values(4, 6, 1)],
  ['scalar', values()],
  ['gamma', values(3)],
]);

/** Step `x`, and further ones where a single one says too little. The input is `image`. */
const cases: readonly (readonly [string, readonly ProgramStep[]])[] = [];
const add = (what: string, ...steps: readonly ProgramStep[]): void => void (cases as unknown[]).push([what, steps]);

const unit = [1, 1] as const;
const image = { input: 'image', output: 'x' } as const;
for (const activation of ['relu', 'relu6', null] as const) {
  add(`conv2d, ${activation}`, {
    ...image,
    operator: 'conv2d',
    filter: 'filter',
    bias: 'bias4',
    strides: [2, 1],
    pads: [1, 0, 0, 1],
    dilations: [1, 2],
    activation,
  });
  add(`depthwise-conv2d, ${activation}`, {
    ...image,
    operator: 'depthwise-conv2d',
    filter: 'deep',
    bias: activation === null ? null : 'bias6',
    strides: [1, 2],
    pads: [0, 1, 2, 0],
    dilations: unit,
    activation,
  });
  add(`dense on maps, ${activation}`, { ...image, operator: 'dense', weight: 'matrix', bias: 'bias4', activation });
}
for (const operator of ['max-pool', 'average-pool'] as const) {
  add(operator, { ...image, operator, size: [3, 2], strides: [1, 2], pads: [1, 1, 0, 1] });
}
for (const name of [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'erf',
  'exp',
  'abs',
  'neg',
  'elu',
  'selu',
  'softplus',
] as const) {
  add(name, { ...image, operator: 'function', function: name });
}
for (const name of ['log', 'sqrt', 'reciprocal'] as const) {
  add(
    name,
    { operator: 'function', function: 'exp', input: 'image', output: 'above' },
    { operator: 'function', function: name, input: 'above', output: 'x' },
  );
}
for (const name of ['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum'] as const) {
  for (const other of ['channel', 'pixel', 'scalar']) {
    add(`${name} ${other}`, { operator: 'binary', function: name, left: 'image', right: other, output: 'x' });
    add(`${other} ${name}`, { operator: 'binary', function: name, left: other, right: 'image', output: 'x' });
  }
}
add(
  'power of two results',
  { operator: 'function', function: 'exp', input: 'image', output: 'above' },
  { operator: 'binary', function: 'power', left: 'above', right: 'image', output: 'x' },
);
for (const name of ['mean', 'sum', 'maximum', 'minimum'] as const) {
  for (const keepAxes of [true, false]) {
    for (const axes of [[1, 2], [3], [2], [1, 3]]) {
      add(`${name} over ${axes.join(' and ')}${keepAxes ? ', kept' : ''}`, {
        ...image,
        operator: 'reduce',
        function: name,
        axes,
        keepAxes,
      });
    }
  }
}
add('clip', { ...image, operator: 'clip', minimum: -0.5, maximum: 0.3 });
add('clip below', { ...image, operator: 'clip', minimum: -0.5, maximum: null });
add('clip above', { ...image, operator: 'clip', minimum: null, maximum: 0.3 });
add('leaky-relu', { ...image, operator: 'leaky-relu', slope: 0.2 });
add('softmax', { ...image, operator: 'softmax' });
add('layer-norm', { ...image, operator: 'layer-norm', weight: 'gamma', bias: 'channel', epsilon: 1e-3 });
add('layer-norm without bias', { ...image, operator: 'layer-norm', weight: 'gamma', bias: null, epsilon: 1e-5 });
add('matmul with a weight on the left', { operator: 'matmul', left: 'left', right: 'pixels', output: 'x' });
add('matmul with a weight on the right', { operator: 'matmul', left: 'image', right: 'right', output: 'x' });
add(
  'matmul of two results, one of them moved',
  { ...image, operator: 'transpose', permutation: [0, 1, 3, 2], output: 'moved' },
  { operator: 'matmul', left: 'image', right: 'moved', output: 'x' },
);
add('reshape', { ...image, operator: 'reshape', shape: [{ perRow: 2 }, 12, 3] });
add('reshape to the same', { ...image, operator: 'reshape', shape: [{ perRow: 1 }, ...rowShape] });
add('transpose', { ...image, operator: 'transpose', permutation: [0, 3, 1, 2] });
add(
  'the same map in two orders',
  { ...image, operator: 'transpose', permutation: [0, 2, 1, 3], output: 'turned' },
  { operator: 'reshape', input: 'turned', shape: [{ perRow: 1 }, 24, 3], output: 'first' },
  { operator: 'reshape', input: 'image', shape: [{ perRow: 1 }, 24, 3], output: 'second' },
  { operator: 'concat', inputs: ['first', 'second'], axis: 2, output: 'x' },
);
for (const axis of [1, 2, 3]) {
  add(
    `concat along ${axis}`,
    { operator: 'function', function: 'tanh', input: 'image', output: 'other' },
    { operator: 'concat', inputs: ['image', 'other', 'image'], axis, output: 'x' },
  );
  add(`slice of ${axis}`, { ...image, operator: 'slice', axis, start: 1, length: 2, stride: 1 });
  add(`gather along ${axis}`, { ...image, operator: 'gather', axis, indices: [2, 0, 2] });
}
add('slice with steps', { ...image, operator: 'slice', axis: 2, start: 1, length: 3, stride: 2 });
add('pad', {
  ...image,
  operator: 'pad',
  pads: [
    [0, 0],
    [1, 0],
    [0, 2],
    [3, 1],
  ],
  value: -0.5,
});
add('tile', { ...image, operator: 'tile', repeats: [1, 2, 1, 3] });

const rows = 2;

/** The steps of a case with their result as rows of values; `pixels` is the image as `[rows, 4, 18]`. */
function programOf(steps: readonly ProgramStep[], size: number): TensorProgram {
  const needsPixels = steps.some((step) => step.operator === 'matmul' && step.right === 'pixels');
  const pixels: ProgramStep = { operator: 'reshape', input: 'image', shape: [{ perRow: 1 }, 4, 18], output: 'pixels' };
  return {
    format: 'ztw-stage-program',
    version: 1,
    inputs: [{ name: 'image', rowShape }],
    previousLogits: null,
    outputs: [],
    logits: 'result',
    steps: [
      ...(needsPixels ? [pixels] : []),
      ...steps,
      { operator: 'reshape', input: 'x', shape: [{ perRow: 1 }, size], output: 'result' },
    ],
  };
}

async function runTensorflow(program: TensorProgram, data: Tensor): Promise<Tensor> {
  const steps = new TextEncoder().encode(JSON.stringify(program));
  const open = openProgram({ tf, steps, weights: encodeSafetensors(weights), path: 'program.json', what: 'test' });
  const { logits } = open.run([data.clone()], null, rows);
  open.release();
  return logits;
}

test.each(cases)('%s', async (_what, steps) => {
  const input = values(rows, 3, 4, 6);
  const map = transpose(tensor(input.data.slice(), [...input.shape]), [0, 2, 3, 1]);
  // Without the last step, to learn how many values a row has.
  const { steps: all, ...rest } = programOf(steps, 1);
  const result = await runTensorflow({ ...rest, logits: 'x', steps: all.slice(0, -1) }, map);
  const program = programOf(steps, result.size / rows);
  const session = await ort.InferenceSession.create(programToOnnx(program, weights), { logSeverityLevel: 3 });
  const { logits } = await session.run({ input: new ort.Tensor('float32', input.data, [...input.shape]) });
  await session.release();
  expectClose(logits!.data as Float32Array, (await result.data()) as Float32Array, tolerance);
});

test('refuses the program of a stage, and what grows with the rows', () => {
  const program = programOf([{ ...image, operator: 'softmax' }], 72);
  const stage = { ...program, previousLogits: 'before' };
  expect(() => programToOnnx(stage, weights)).toThrow(InvalidInputError);
  const repeated = programOf([{ ...image, operator: 'tile', repeats: [{ perRow: 1 }, 1, 1, 1] }], 72);
  expect(() => programToOnnx(repeated, weights)).toThrow(UnsupportedModelError);
  const map = { ...program, logits: 'x' };
  expect(() => programToOnnx(map, weights)).toThrow('"x" has 4 axes');
});
