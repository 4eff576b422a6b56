// The form of a stage program, field by field.

import * as v from 'valibot';
import type { ProgramStep, StageProgram } from './stage-program.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const axisLength = v.union([size, v.strictObject({ perRow: size })]);
const pair = v.strictTuple([size, size]);
const pads = v.strictTuple([count, count, count, count]);
const activation = v.nullable(v.picklist(['relu', 'relu6']));
const unary = { output: text, input: text };
const port = v.strictObject({ name: text, rowShape: v.array(size) });

const step: v.GenericSchema<unknown, ProgramStep> = v.variant('operator', [
  v.strictObject({
    operator: v.picklist(['conv2d', 'depthwise-conv2d']),
    ...unary,
    filter: text,
    bias: v.nullable(text),
    strides: pair,
    pads,
    dilations: pair,
    activation,
  }),
  v.strictObject({ operator: v.picklist(['max-pool', 'average-pool']), ...unary, size: pair, strides: pair, pads }),
  v.strictObject({ operator: v.literal('dense'), ...unary, weight: text, bias: v.nullable(text), activation }),
  v.strictObject({ operator: v.literal('matmul'), output: text, left: text, right: text }),
  v.strictObject({
    operator: v.literal('function'),
    ...unary,
    function: v.picklist([
      'relu',
      'relu6',
      'sigmoid',
      'tanh',
      'erf',
      'exp',
      'log',
      'sqrt',
      'abs',
      'neg',
      'elu',
      'selu',
      'softplus',
      'reciprocal',
    ]),
  }),
  v.strictObject({
    operator: v.literal('clip'),
    ...unary,
    minimum: v.nullable(finite),
    maximum: v.nullable(finite),
  }),
  v.strictObject({ operator: v.literal('leaky-relu'), ...unary, slope: finite }),
  v.strictObject({
    operator: v.literal('binary'),
    output: text,
    left: text,
    right: text,
    function: v.picklist(['add', 'subtract', 'multiply', 'divide', 'power', 'minimum', 'maximum']),
  }),
  v.strictObject({
    operator: v.literal('reduce'),
    ...unary,
    function: v.picklist(['mean', 'sum', 'maximum', 'minimum']),
    axes: v.array(count),
    keepAxes: v.boolean(),
  }),
  v.strictObject({ operator: v.literal('softmax'), ...unary }),
  v.strictObject({
    operator: v.literal('layer-norm'),
    ...unary,
    weight: text,
    bias: v.nullable(text),
    epsilon: v.pipe(finite, v.gtValue(0)),
  }),
  v.strictObject({ operator: v.literal('reshape'), ...unary, shape: v.array(axisLength) }),
  v.strictObject({ operator: v.literal('transpose'), ...unary, permutation: v.array(count) }),
  v.strictObject({ operator: v.literal('concat'), output: text, inputs: v.array(text), axis: count }),
  v.strictObject({ operator: v.literal('slice'), ...unary, axis: count, start: count, length: size, stride: size }),
  v.strictObject({
    operator: v.literal('pad'),
    ...unary,
    pads: v.array(v.strictTuple([count, count])),
    value: finite,
  }),
  v.strictObject({ operator: v.literal('gather'), ...unary, axis: count, indices: v.array(count) }),
  v.strictObject({ operator: v.literal('tile'), ...unary, repeats: v.array(axisLength) }),
]);

/** A stage program of version 1. */
export const stageProgramSchema: v.GenericSchema<unknown, StageProgram> = v.strictObject({
  format: v.literal('ztw-stage-program'),
  version: v.literal(1),
  inputs: v.array(port),
  previousLogits: v.nullable(text),
  outputs: v.array(port),
  logits: text,
  steps: v.array(step),
});
