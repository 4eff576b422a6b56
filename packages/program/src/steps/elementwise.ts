// Steps that work value by value.

import * as v from 'valibot';
import { finite, text, unary } from './step-fields.ts';
import { readsBoth, readsInput, type Step, type StepKinds, type UnaryStep } from './step-kind.ts';

const functions = [
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
] as const;

export type ProgramFunction = (typeof functions)[number];

/** One function on every value. */
export interface FunctionStep extends UnaryStep<'function'> {
  readonly function: ProgramFunction;
}

/** `min(max(x, minimum), maximum)`; null for no limit. */
export interface ClipStep extends UnaryStep<'clip'> {
  readonly minimum: number | null;
  readonly maximum: number | null;
}

/** `x` where positive, else `slope * x`. */
export interface LeakyReluStep extends UnaryStep<'leaky-relu'> {
  readonly slope: number;
}

const binaryFunctions = ['add', 'subtract', 'multiply', 'divide', 'power', 'minimum', 'maximum'] as const;

export type ProgramBinaryFunction = (typeof binaryFunctions)[number];

/** Value by value; shapes broadcast from the right. */
export interface BinaryStep extends Step<'binary'> {
  readonly function: ProgramBinaryFunction;
  readonly left: string;
  readonly right: string;
}

export type ElementwiseStep = FunctionStep | ClipStep | LeakyReluStep | BinaryStep;

export const elementwiseSteps: StepKinds<ElementwiseStep> = {
  function: {
    schema: v.strictObject({ operator: v.literal('function'), ...unary, function: v.picklist(functions) }),
    reads: readsInput,
  },
  clip: {
    schema: v.strictObject({
      operator: v.literal('clip'),
      ...unary,
      minimum: v.nullable(finite),
      maximum: v.nullable(finite),
    }),
    reads: readsInput,
  },
  'leaky-relu': {
    schema: v.strictObject({ operator: v.literal('leaky-relu'), ...unary, slope: finite }),
    reads: readsInput,
  },
  binary: {
    schema: v.strictObject({
      operator: v.literal('binary'),
      output: text,
      left: text,
      right: text,
      function: v.picklist(binaryFunctions),
    }),
    reads: readsBoth,
  },
};
