// Steps that take parts of tensors, put them side by side, or put values around them.

import * as v from 'valibot';
import { count, finite, size, text, unary } from './step-fields.ts';
import { readsInput, type Step, type StepKinds, type UnaryStep } from './step-kind.ts';

export interface ConcatStep extends Step<'concat'> {
  readonly inputs: readonly string[];
  readonly axis: number;
}

/** `length` entries of one axis: `start`, `start + stride`, ... */
export interface SliceStep extends UnaryStep<'slice'> {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly stride: number;
}

/** Constant values around the tensor. */
export interface PadStep extends UnaryStep<'pad'> {
  /** One pair `[before, after]` per axis. */
  readonly pads: readonly (readonly [number, number])[];
  readonly value: number;
}

/** The named entries of one axis, in the given order. */
export interface GatherStep extends UnaryStep<'gather'> {
  readonly axis: number;
  readonly indices: readonly number[];
}

export type SelectionStep = ConcatStep | SliceStep | PadStep | GatherStep;

export const selectionSteps: StepKinds<SelectionStep> = {
  concat: {
    schema: v.strictObject({ operator: v.literal('concat'), output: text, inputs: v.array(text), axis: count }),
    reads: ({ inputs }) => inputs,
  },
  slice: {
    schema: v.strictObject({
      operator: v.literal('slice'),
      ...unary,
      axis: count,
      start: count,
      length: size,
      stride: size,
    }),
    reads: readsInput,
  },
  pad: {
    schema: v.strictObject({
      operator: v.literal('pad'),
      ...unary,
      pads: v.array(v.strictTuple([count, count])),
      value: finite,
    }),
    reads: readsInput,
  },
  gather: {
    schema: v.strictObject({ operator: v.literal('gather'), ...unary, axis: count, indices: v.array(count) }),
    reads: readsInput,
  },
};
