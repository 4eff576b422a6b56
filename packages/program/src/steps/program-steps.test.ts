import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { type ProgramOperator, type ProgramStep, type StepOf, stepReads, stepSchema } from './program-steps.ts';

const window = { strides: [2, 1], pads: [0, 1, 2, 0] } as const;
const linear = { filter: 'f', bias: 'b', dilations: [1, 2], activation: 'relu6' } as const;

const samples: { readonly [Operator in ProgramOperator]: StepOf<Operator> } = {
  conv2d: { operator: 'conv2d', input: 'x', output: 'y', ...window, ...linear },
  'depthwise-conv2d': { operator: 'depthwise-conv2d', input: 'x', output: 'y', ...window, ...linear, bias: null },
  'max-pool': { operator: 'max-pool', input: 'x', output: 'y', size: [3, 2], ...window },
  'average-pool': { operator: 'average-pool', input: 'x', output: 'y', size: [3, 2], ...window },
  dense: { operator: 'dense', input: 'x', output: 'y', weight: 'w', bias: 'b', activation: null },
  matmul: { operator: 'matmul', left: 'x', right: 'z', output: 'y' },
  function: { operator: 'function', function: 'erf', input: 'x', output: 'y' },
  clip: { operator: 'clip', minimum: null, maximum: 0.5, input: 'x', output: 'y' },
  'leaky-relu': { operator: 'leaky-relu', slope: 0.1, input: 'x', output: 'y' },
  binary: { operator: 'binary', function: 'power', left: 'x', right: 'x', output: 'y' },
  reduce: { operator: 'reduce', function: 'mean', axes: [1, 2], keepAxes: false, input: 'x', output: 'y' },
  softmax: { operator: 'softmax', input: 'x', output: 'y' },
  'layer-norm': { operator: 'layer-norm', input: 'x', weight: 'w', bias: null, epsilon: 1e-5, output: 'y' },
  reshape: { operator: 'reshape', shape: [{ perRow: 2 }, 3], input: 'x', output: 'y' },
  transpose: { operator: 'transpose', permutation: [0, 2, 1], input: 'x', output: 'y' },
  tile: { operator: 'tile', repeats: [{ perRow: 1 }, 2], input: 'x', output: 'y' },
  concat: { operator: 'concat', inputs: ['x', 'z', 'x'], axis: 1, output: 'y' },
  slice: { operator: 'slice', axis: 1, start: 0, length: 2, stride: 3, input: 'x', output: 'y' },
  pad: {
    operator: 'pad',
    pads: [
      [0, 0],
      [1, 2],
    ],
    value: -1,
    input: 'x',
    output: 'y',
  },
  gather: { operator: 'gather', axis: 1, indices: [2, 2, 0], input: 'x', output: 'y' },
};

const names = new Set(['x', 'z', 'f', 'w', 'b']);

describe.each(Object.values<ProgramStep>(samples))('$operator', (step) => {
  test('is read as it was written', () => {
    expect(v.parse(stepSchema, JSON.parse(JSON.stringify(step)))).toEqual(step);
  });

  test('has no other fields', () => {
    expect(v.is(stepSchema, { ...step, more: 1 })).toBe(false);
  });

  test('needs all of its fields', () => {
    for (const field of Object.keys(step)) {
      expect(v.is(stepSchema, { ...step, [field]: undefined }), field).toBe(false);
    }
  });

  test('reads every name that stands in its fields', () => {
    const fields = Object.values(step).flat() as readonly unknown[];
    const expected = fields.filter((value) => typeof value === 'string' && names.has(value));
    expect([...stepReads(step)].sort()).toEqual(expected.sort());
  });
});

test.each([{ operator: 'fft', input: 'x', output: 'y' }, { operator: 'toString' }, { input: 'x' }, null, 'relu'])(
  '%j is no step',
  (step) => {
    expect(v.is(stepSchema, step)).toBe(false);
  },
);
