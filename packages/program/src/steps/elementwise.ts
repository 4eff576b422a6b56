// Elementwise steps.

import * as v from 'valibot';
import { type AxisSize, formatShape, type Shape, sameAxis } from '../shapes/axis-size.ts';
import type { StepShapes } from '../shapes/step-shapes.ts';
import { finite, text, unary } from './step-fields.ts';
import { readsBoth, readsInput, type Step, type StepKinds, shapeOfInput, type UnaryStep } from './step-kind.ts';

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

/** The kernel of WebAssembly leaves its result unwritten where its limits are none. */
function clipShape({ input, minimum, maximum }: ClipStep, known: StepShapes): Shape {
  const [lowest, highest] = [Math.fround(minimum ?? -largest), Math.fround(maximum ?? largest)];
  if (!(lowest < highest && Number.isFinite(lowest) && Number.isFinite(highest))) {
    known.refuse('a minimum below the maximum, both of float32', `${minimum} and ${maximum}`);
  }
  return known.read(input);
}

/** Of float32. */
const largest = 3.4028234663852886e38;

function binaryShape(step: BinaryStep, known: StepShapes): Shape {
  const [left, right] = [known.read(step.left), known.read(step.right)];
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_unused, axis) => {
    const first = left[axis - rank + left.length] ?? 1;
    const second = right[axis - rank + right.length] ?? 1;
    return (
      broadcast(first, second) ??
      known.refuse('shapes that broadcast from the right', `${formatShape(left)} and ${formatShape(right)}`)
    );
  });
}

function broadcast(left: AxisSize, right: AxisSize): AxisSize | null {
  if (right === 1 || sameAxis(left, right)) return left;
  return left === 1 ? right : null;
}

export const elementwiseSteps: StepKinds<ElementwiseStep> = {
  function: {
    schema: v.strictObject({ operator: v.literal('function'), ...unary, function: v.picklist(functions) }),
    reads: readsInput,
    shape: shapeOfInput,
  },
  clip: {
    schema: v.strictObject({
      operator: v.literal('clip'),
      ...unary,
      minimum: v.nullable(finite),
      maximum: v.nullable(finite),
    }),
    reads: readsInput,
    shape: clipShape,
  },
  'leaky-relu': {
    schema: v.strictObject({ operator: v.literal('leaky-relu'), ...unary, slope: finite }),
    reads: readsInput,
    shape: shapeOfInput,
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
    shape: binaryShape,
  },
};
