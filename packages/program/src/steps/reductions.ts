// Steps whose values depend on all values along some axes.

import * as v from 'valibot';
import { formatShape, type Shape } from '../shapes/axis-size.ts';
import { axisAt, fixedLength, type StepShapes } from '../shapes/step-shapes.ts';
import { count, positive, text, unary } from './step-fields.ts';
import { readsInput, type StepKinds, type UnaryStep } from './step-kind.ts';

const reductions = ['mean', 'sum', 'maximum', 'minimum'] as const;

export type ProgramReduction = (typeof reductions)[number];

export interface ReduceStep extends UnaryStep<'reduce'> {
  readonly function: ProgramReduction;
  readonly axes: readonly number[];
  /** Whether the axes stay, with length 1. */
  readonly keepAxes: boolean;
}

/** Over the last axis. */
export interface SoftmaxStep extends UnaryStep<'softmax'> {}

/** `(x - mean) / sqrt(variance + epsilon) * weight + bias` over the last axis, with the biased variance. */
export interface LayerNormStep extends UnaryStep<'layer-norm'> {
  readonly weight: string;
  readonly bias: string | null;
  readonly epsilon: number;
}

export type ReductionStep = ReduceStep | SoftmaxStep | LayerNormStep;

function reduceShape(step: ReduceStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  const axes = new Set(step.axes);
  if (axes.size === 0 || axes.size !== step.axes.length) {
    known.refuse('one axis or more, each once', `[${step.axes.join(', ')}]`);
  }
  for (const axis of axes) {
    axisAt(known, shape, axis);
    // Rows never share a sum, a mean or a maximum.
    fixedLength(known, shape, axis, 'values');
  }
  return shape.flatMap((size, axis) => (axes.has(axis) ? (step.keepAxes ? [1] : []) : [size]));
}

function softmaxShape(step: SoftmaxStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  if (shape.length === 0) known.refuse('one axis or more', formatShape(shape));
  fixedLength(known, shape, shape.length - 1, 'values');
  return shape;
}

function layerNormShape(step: LayerNormStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  for (const name of [step.weight, ...(step.bias === null ? [] : [step.bias])]) {
    const weight = known.weight(name);
    if (weight.length !== 1 || shape.length === 0 || weight[0] !== shape.at(-1)) {
      known.refuse(
        '`[..., size]` with a weight and a bias `[size]`',
        `${formatShape(shape)} and ${formatShape(weight)}`,
      );
    }
  }
  return shape;
}

export const reductionSteps: StepKinds<ReductionStep> = {
  reduce: {
    schema: v.strictObject({
      operator: v.literal('reduce'),
      ...unary,
      function: v.picklist(reductions),
      axes: v.array(count),
      keepAxes: v.boolean(),
    }),
    reads: readsInput,
    shape: reduceShape,
  },
  softmax: {
    schema: v.strictObject({ operator: v.literal('softmax'), ...unary }),
    reads: readsInput,
    shape: softmaxShape,
  },
  'layer-norm': {
    schema: v.strictObject({
      operator: v.literal('layer-norm'),
      ...unary,
      weight: text,
      bias: v.nullable(text),
      epsilon: positive,
    }),
    reads: ({ input, weight, bias }) => [input, weight, ...(bias === null ? [] : [bias])],
    shape: layerNormShape,
  },
};
