import { InvalidBundleError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import type { ProgramStep } from '../steps/program-steps.ts';
import type { TensorProgram } from '../tensor-program.ts';
import { inferProgramShapes } from './infer-program-shapes.ts';

const weights = new Map<string, readonly number[]>([
  ['filter', [3, 3, 3, 4]],
  ['deep', [3, 3, 3, 2]],
  ['bias', [4]],
  ['matrix', [3, 5]],
  ['gamma', [3]],
  ['square', [6, 6]],
  ['two', [2, 1, 3, 3]],
  ['empty', [0]],
]);

/** Input `x` of `[rows, 8, 8, 3]`, previous logits `before`; the last step is the logits. */
function infer(
  steps: readonly unknown[],
  options: Parameters<typeof inferProgramShapes>[2] = {},
  outputs: TensorProgram['outputs'] = [],
) {
  const program: TensorProgram = {
    format: 'ztw-stage-program',
    version: 1,
    inputs: [{ name: 'x', rowShape: [8, 8, 3] }],
    previousLogits: 'before',
    outputs,
    logits: 'last',
    steps: steps.map((step, index) => ({
      input: index === 0 ? 'x' : `step${index - 1}`,
      output: index === steps.length - 1 ? 'last' : `step${index}`,
      ...(step as object),
    })) as ProgramStep[],
  };
  return inferProgramShapes(program, weights, { path: 'stage.json', previousClasses: 5, ...options });
}

const rows = { perRow: 1 };
const conv = {
  operator: 'conv2d',
  filter: 'filter',
  bias: 'bias',
  strides: [2, 1],
  pads: [1, 1, 0, 0],
  dilations: [1, 2],
  activation: null,
};
const pool = { operator: 'max-pool', size: [3, 2], strides: [2, 2], pads: [1, 1, 0, 1] };
const dense = { operator: 'dense', weight: 'matrix', bias: null, activation: null };
const reshape = (...shape: readonly unknown[]) => ({ operator: 'reshape', shape });
const transpose = (...permutation: readonly number[]) => ({ operator: 'transpose', permutation });
const slice = { operator: 'slice', axis: 1, start: 1, length: 3, stride: 2 };
const pads = (...list: readonly (readonly number[])[]) => ({ operator: 'pad', pads: list, value: 0 });
const reduce = { operator: 'reduce', function: 'mean', axes: [1, 2], keepAxes: false };
const binary = { operator: 'binary', function: 'add', left: 'x', right: 'gamma' };

describe('inferred shapes', () => {
  test.each<[string, readonly unknown[], readonly unknown[]]>([
    ['a convolution', [conv], [rows, 4, 4, 4]],
    [
      'a depthwise convolution',
      [{ ...conv, operator: 'depthwise-conv2d', filter: 'deep', bias: null }],
      [rows, 4, 4, 6],
    ],
    ['a pool', [pool], [rows, 4, 4, 3]],
    ['a dense layer on maps', [dense], [rows, 8, 8, 5]],
    ['a mean, axes gone', [reduce], [rows, 3]],
    ['a mean, axes kept', [{ ...reduce, keepAxes: true }], [rows, 1, 1, 3]],
    ['channels', [binary], [rows, 8, 8, 3]],
    ['a slice with steps', [slice], [rows, 3, 8, 3]],
    ['pads', [pads([0, 0], [1, 2], [0, 0], [0, 4])], [rows, 11, 8, 7]],
    ['a gather', [{ operator: 'gather', axis: 3, indices: [2, 2, 0, 1] }], [rows, 8, 8, 4]],
    ['a concat', [{ operator: 'concat', inputs: ['x', 'x'], axis: 2 }], [rows, 8, 16, 3]],
    [
      'copies of a class token',
      [{ ...reshape(3, 1), input: 'gamma' }, { operator: 'tile', repeats: [1, rows] }, transpose(1, 0)],
      [rows, 3],
    ],
    ['a norm', [{ operator: 'layer-norm', weight: 'gamma', bias: 'gamma', epsilon: 1 }], [rows, 8, 8, 3]],
    // Swin: windows of 2 x 2, and back.
    [
      'windows and back',
      [
        reshape(rows, 4, 2, 4, 2, 3),
        transpose(0, 1, 3, 2, 4, 5),
        reshape({ perRow: 16 }, 4, 3),
        dense,
        reshape(rows, 4, 4, 2, 2, 5),
      ],
      [rows, 4, 4, 2, 2, 5],
    ],
    // Multi-head attention of PyTorch: tokens first, joined with the rows for a dense layer.
    [
      'tokens before rows and back',
      [
        reshape(rows, 64, 3),
        transpose(1, 0, 2),
        reshape({ perRow: 64 }, 3),
        dense,
        reshape(64, rows, 5),
        transpose(1, 0, 2),
      ],
      [rows, 64, 5],
    ],
  ])('%s', (_name, steps, shape) => {
    expect(infer(steps).get('last')).toEqual(shape);
  });

  test('previous logits and outputs', () => {
    const steps = [reduce, { operator: 'concat', inputs: ['step0', 'before'], axis: 1 }];
    expect(infer(steps, { classes: 8 }, [{ name: 'step0', rowShape: [3] }]).get('last')).toEqual([rows, 8]);
  });
});

describe('refused programs', () => {
  test.each<[string, readonly unknown[], RegExp]>([
    [
      'a convolution of other channels',
      [reshape(rows, 1, 8, 24), conv],
      /step "last" \(conv2d\): expected a filter \[height, width, 24, outputs\]; received \[3, 3, 3, 4\]/,
    ],
    [
      'a convolution without rows in front',
      [transpose(1, 0, 2, 3), conv],
      /expected maps \[rows, height, width, channels\]; received \[8, rows, 8, 3\]/,
    ],
    ['a computed filter', [{ ...conv, filter: 'x' }], /expected a stored weight/],
    ['a bias of another length', [{ ...conv, bias: 'gamma' }], /expected a bias \[4\]/],
    ['a window larger than its map', [{ ...conv, dilations: [9, 1] }], /expected a window within 10 entries/],
    ['a stride out of bounds', [{ ...conv, strides: [2 ** 31, 1] }], /a stride and a dilation of at most 4096/],
    ['a pad out of bounds', [{ ...conv, pads: [2 ** 31, 0, 0, 0] }], /pads of at most 4096/],
    ['a pool that sees padding alone', [{ ...pool, pads: [3, 0, 0, 0] }], /pads below the window's 3/],
    ['a pool pad out of bounds', [{ ...pool, pads: [0, 2 ** 31, 0, 0] }], /pads below the window's 3/],
    ['a dense layer of other features', [{ ...dense, weight: 'square' }], /expected `\[\.\.\., in\]`/],
    [
      'a product that does not fit',
      [{ operator: 'matmul', left: 'x', right: 'square' }],
      /expected `\[\.\.\., m, k\]`/,
    ],
    [
      'a product whose matrices repeat in the middle',
      [{ operator: 'matmul', left: 'x', right: 'two' }],
      /leading axes of one factor/,
    ],
    ['values that do not broadcast', [{ ...binary, right: 'bias' }], /broadcast from the right/],
    [
      'rows that meet a fixed length',
      [reduce, transpose(1, 0), { ...binary, left: 'step1', right: 'bias' }],
      /broadcast from the right/,
    ],
    ['a mean over rows', [{ ...reduce, axes: [0] }], /expected values of a fixed length on axis 0/],
    ['a mean over an axis that is not there', [{ ...reduce, axes: [4] }], /an axis below 4/],
    ['a mean over nothing', [{ ...reduce, axes: [] }], /one axis or more/],
    ['a softmax over rows', [reduce, transpose(1, 0), { operator: 'softmax' }], /a fixed length on axis 1/],
    [
      'a minimum above the maximum',
      [{ operator: 'clip', minimum: 6, maximum: 0 }],
      /a minimum below the maximum, .*; received 6 and 0/,
    ],
    ['a limit beyond float32', [{ operator: 'clip', minimum: null, maximum: 1e308 }], /both of float32/],
    [
      'a norm of another size',
      [{ operator: 'layer-norm', weight: 'bias', bias: null, epsilon: 1 }],
      /with a weight and a bias `\[size\]`/,
    ],
    ['a reshape of other values', [reshape(rows, 8, 8, 4)], /a shape with the values of \[rows, 8, 8, 3\]/],
    ['a reshape to no rows', [reshape(192)], /a shape with the values/],
    ['a reshape that mixes rows', [reshape(8, rows, 24)], /keeps the values of each row of \[rows, 8, 8, 3\] together/],
    ['a reshape that interleaves rows', [reshape(rows, 192), transpose(1, 0), reshape({ perRow: 2 }, 96)], /together/],
    ['two axes of rows', [reshape(rows, rows, 192)], /at most one axis that grows/],
    [
      'two axes of rows by a product',
      [reduce, transpose(1, 0), { operator: 'matmul', left: 'step0', right: 'step1' }],
      /at most one axis that grows/,
    ],
    ['an axis twice', [transpose(0, 1, 1, 3)], /each axis of/],
    ['a concat of other sizes', [{ operator: 'concat', inputs: ['x', 'before'], axis: 1 }], /agree with/],
    ['a concat of nothing', [{ operator: 'concat', inputs: [], axis: 1 }], /one input or more/],
    ['a slice beyond its axis', [{ ...slice, start: 4 }], /a part of 8 entries/],
    ['a slice of rows', [{ ...slice, axis: 0 }], /a fixed length on axis 0/],
    ['pads of too few axes', [pads([0, 0])], /one pair of pads per axis/],
    ['pads around rows', [pads([1, 0], [0, 0], [0, 0], [0, 0])], /a fixed length on axis 0/],
    [
      'an index beyond its axis',
      [{ operator: 'gather', axis: 3, indices: [3] }],
      /one index or more below 3; received 3/,
    ],
    ['copies of too few axes', [{ operator: 'tile', repeats: [1, 2] }], /one count of copies per axis/],
    ['copies of rows by rows', [{ operator: 'tile', repeats: [rows, 1, 1, 1] }], /a fixed count of copies/],
    [
      'a tensor that is too large',
      [{ operator: 'tile', repeats: [1, 2 ** 12, 2 ** 12, 1] }],
      /at most 268435456 values per row/,
    ],
    [
      'sizes beyond whole numbers',
      [pads([0, 0], [0, 2 ** 53 - 1], [0, 2 ** 53 - 1], [0, 0])],
      /at most 268435456 values/,
    ],
    ['too many axes', [reshape(rows, 1, 1, 1, 1, 1, 1, 8, 24)], /at most 8 axes/],
    ['a weight of no values', [{ ...binary, left: 'empty', right: 'empty' }], /axes of one entry or more/],
    [
      'results that are too large together',
      Array.from({ length: 33 }, (_unused, index) =>
        index === 0 ? pads([0, 0], [0, 2 ** 23], [0, 0], [0, 0]) : { operator: 'function', function: 'relu' },
      ),
      /4294967296 values per row together/,
    ],
    ['too many steps', Array.from({ length: 2 ** 16 + 1 }, () => ({ operator: 'softmax' })), /at most 65536 steps/],
  ])('%s', (_name, steps, message) => {
    expect(() => infer(steps)).toThrow(InvalidBundleError);
    expect(() => infer(steps)).toThrow(message);
  });

  test('logits of other classes, or of no rows', () => {
    expect(() => infer([reduce], { classes: 4 })).toThrow(
      /stage\.json: expected logits \[rows, 4\]; received "last" of shape \[rows, 3\]/,
    );
    expect(() => infer([reduce, transpose(1, 0)], { classes: 1 })).toThrow(/of shape \[3, rows\]/);
  });

  test('outputs of another shape than declared', () => {
    expect(() => infer([reduce, reduce], {}, [{ name: 'step0', rowShape: [4] }])).toThrow(InvalidBundleError);
    expect(() => infer([reduce, { operator: 'softmax' }], {}, [{ name: 'step0', rowShape: [4] }])).toThrow(
      /expected "step0" of shape \[rows, 4\], as declared; received \[rows, 3\]/,
    );
  });

  test('previous logits of unknown columns', () => {
    expect(() => infer([reduce], { previousClasses: undefined })).toThrow(/expected no previous logits/);
  });
});
