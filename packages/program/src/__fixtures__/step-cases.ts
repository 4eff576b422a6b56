// Test cases for every kind of step, for packages that read or run programs.

import type { Parameter } from '@ztw/core/runtime';
import { seededValues } from '@ztw/core/testing';
import type { ProgramStep } from '../steps/program-steps.ts';

/** Row shape of the input `image`. */
export const rowShape = [4, 6, 3] as const;

let seed = 0;

/** Values of a shape; each call uses another seed. */
function values(...shape: readonly number[]): Parameter {
  const size = shape.reduce((product, length) => product * length, 1);
  seed += 1;
  return { shape, data: seededValues(seed, size, 1) };
}

/** Weights of all cases. */
export const stepWeights: ReadonlyMap<string, Parameter> = new Map([
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

export interface StepCase {
  readonly name: string;
  /** The step under test, with helper steps if it needs them. The last result is `x`. */
  readonly steps: readonly ProgramStep[];
}

const cases: StepCase[] = [];
const add = (name: string, ...steps: readonly ProgramStep[]): void => void cases.push({ name, steps });

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
add(
  'matmul with a weight on the left',
  { ...image, operator: 'reshape', shape: [{ perRow: 1 }, 4, 18], output: 'pixels' },
  { operator: 'matmul', left: 'left', right: 'pixels', output: 'x' },
);
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

export const stepCases: readonly StepCase[] = cases;
