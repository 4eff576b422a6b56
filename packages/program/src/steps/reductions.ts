// Steps whose values depend on all others along some axes.

import * as v from 'valibot';
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
  },
  softmax: { schema: v.strictObject({ operator: v.literal('softmax'), ...unary }), reads: readsInput },
  'layer-norm': {
    schema: v.strictObject({
      operator: v.literal('layer-norm'),
      ...unary,
      weight: text,
      bias: v.nullable(text),
      epsilon: positive,
    }),
    reads: ({ input, weight, bias }) => [input, weight, ...(bias === null ? [] : [bias])],
  },
};
