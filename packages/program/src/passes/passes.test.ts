// The output of each pass on small programs. Numerical results are tested in the packages that run programs.

import type { Parameter } from '@ztw/core/runtime';
import { describe, expect, test } from 'vitest';
import type { ProgramStep } from '../steps/program-steps.ts';
import { fixedSizes, type Size } from '../write/size.ts';
import { dropSoftmax } from './drop-softmax.ts';
import { foldPads } from './fold-pads.ts';
import { foldScales } from './fold-scales.ts';
import { type ProgramBody, withoutUnread } from './program-body.ts';
import { simplifySteps } from './simplify-steps.ts';

const convolution = (input: string, output: string): ProgramStep => ({
  operator: 'conv2d',
  input,
  output,
  filter: 'filter',
  bias: null,
  strides: [1, 1],
  pads: [1, 0, 0, 0],
  dilations: [1, 1],
  activation: null,
});
const binary = (name: 'add' | 'multiply', left: string, right: string, output: string): ProgramStep => ({
  operator: 'binary',
  function: name,
  left,
  right,
  output,
});
const relu = (input: string, output: string): ProgramStep => ({
  operator: 'function',
  function: 'relu',
  input,
  output,
});
const weight = (shape: readonly number[], ...values: readonly number[]): Parameter => ({
  shape,
  data: Float32Array.from(values),
});
const weights = new Map<string, Parameter>([
  ['filter', weight([1, 1, 1, 2], 1, 2)],
  ['scale', weight([2], 3, 5)],
  ['offset', weight([2], -1, 1)],
]);
const body = (results: readonly string[], ...steps: readonly ProgramStep[]): ProgramBody => ({
  steps,
  weights,
  shapes: new Map<string, readonly Size[]>([['p', [{ fixed: 0, perRow: 1 }, ...fixedSizes([4])]]]),
  results,
});
const operators = ({ steps }: ProgramBody): readonly string[] => steps.map(({ operator }) => operator);

describe('withoutUnread', () => {
  test('keeps the steps that a result depends on', () => {
    const { steps } = withoutUnread(body(['c'], relu('x', 'a'), relu('a', 'b'), relu('a', 'c')));
    expect(steps.map(({ output }) => output)).toEqual(['a', 'c']);
  });
});

describe('simplifySteps', () => {
  test('an activation joins the layer before it', () => {
    const { steps } = simplifySteps(body(['b'], convolution('x', 'a'), relu('a', 'b')));
    expect(steps).toMatchObject([{ operator: 'conv2d', activation: 'relu', output: 'b' }]);
  });

  test('not if another step or the caller reads the layer', () => {
    const read = body(['b', 'c'], convolution('x', 'a'), relu('a', 'b'), binary('add', 'a', 'b', 'c'));
    expect(operators(simplifySteps(read))).toEqual(['conv2d', 'function', 'binary']);
    expect(operators(simplifySteps(body(['a', 'b'], convolution('x', 'a'), relu('a', 'b'))))).toHaveLength(2);
  });
});

describe('foldPads', () => {
  const pad = (value: number, rows: readonly [number, number] = [0, 0]): ProgramStep => ({
    operator: 'pad',
    input: 'x',
    output: 'a',
    pads: [rows, [1, 2], [3, 4], [0, 0]],
    value,
  });

  test('zero padding joins the convolution', () => {
    const { steps } = foldPads(body(['b'], pad(0), convolution('a', 'b')));
    expect(steps).toMatchObject([{ operator: 'conv2d', input: 'x', pads: [2, 2, 3, 4] }]);
  });

  test('keeps other values, padded rows, and a padded map that is a result', () => {
    for (const kept of [
      body(['b'], pad(1), convolution('a', 'b')),
      body(['b'], pad(0, [1, 0]), convolution('a', 'b')),
      body(['a', 'b'], pad(0), convolution('a', 'b')),
    ]) {
      expect(foldPads(kept)).toEqual(kept);
    }
  });
});

describe('foldScales', () => {
  test('a scale and an offset become the filter and the bias', () => {
    const folded = foldScales(
      body(['c'], convolution('x', 'a'), binary('multiply', 'a', 'scale', 'b'), binary('add', 'offset', 'b', 'c')),
    );
    const [step] = folded.steps;
    expect(folded.steps).toHaveLength(1);
    expect(step).toMatchObject({ operator: 'conv2d', output: 'c' });
    const { filter, bias } = step as Extract<ProgramStep, { operator: 'conv2d' | 'depthwise-conv2d' }>;
    expect([...folded.weights.get(filter)!.data]).toEqual([3, 10]);
    expect([...folded.weights.get(bias!)!.data]).toEqual([-1, 1]);
    expect(weights.size).toBe(3);
  });
});

describe('dropSoftmax', () => {
  const softmax: ProgramStep = { operator: 'softmax', input: 'a', output: 'p' };
  const flat: ProgramStep = { operator: 'reshape', shape: [{ perRow: 1 }, 4], input: 'p', output: 'q' };

  test('removes a softmax at the end or before final reshapes', () => {
    expect(dropSoftmax(body(['p'], relu('x', 'a'), softmax), 4)).toMatchObject({ logits: 'a', dropped: true });
    const reshaped = dropSoftmax(body(['q'], relu('x', 'a'), softmax, flat), 4);
    expect(reshaped).toMatchObject({ logits: 'q', dropped: true, body: { results: ['q'] } });
    expect(operators(reshaped.body)).toEqual(['function', 'reshape']);
  });

  test('keeps a softmax over fewer values, or in the middle', () => {
    expect(dropSoftmax(body(['p'], relu('x', 'a'), softmax), 8).dropped).toBe(false);
    expect(dropSoftmax(body(['q'], relu('x', 'a'), softmax, relu('p', 'q')), 4).dropped).toBe(false);
  });
});
