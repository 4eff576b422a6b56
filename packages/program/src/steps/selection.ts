// Steps that select parts of tensors, concatenate them, or pad them.

import * as v from 'valibot';
import { type AxisSize, formatShape, type Shape, sameAxis } from '../shapes/axis-size.ts';
import { maximumStride } from '../shapes/program-bounds.ts';
import { axisAt, fixedLength, type StepShapes } from '../shapes/step-shapes.ts';
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

function concatShape(step: ConcatStep, known: StepShapes): Shape {
  const { axis } = step;
  const shapes = step.inputs.map((name) => known.read(name));
  const [first] = shapes;
  if (first === undefined) return known.refuse('one input or more', 'none');
  const joined = shapes.slice(1).reduce<AxisSize>(
    (sum, shape) => {
      const fits =
        shape.length === first.length && shape.every((size, other) => other === axis || sameAxis(size, first[other]));
      const total = fits ? sumOf(sum, axisAt(known, shape, axis)) : null;
      return (
        total ?? known.refuse(`tensors that agree with ${formatShape(first)} but for axis ${axis}`, formatShape(shape))
      );
    },
    axisAt(known, first, axis),
  );
  return replaced(first, axis, joined);
}

/** Rows may stand behind rows where each has as many entries in a piece. */
function sumOf(left: AxisSize, right: AxisSize): AxisSize | null {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'number' || typeof right === 'number' || left.after !== right.after) return null;
  return { before: left.before + right.before, after: left.after };
}

function sliceShape(step: SliceStep, known: StepShapes): Shape {
  const { axis, start, length, stride } = step;
  const shape = known.read(step.input);
  axisAt(known, shape, axis);
  const whole = fixedLength(known, shape, axis, 'values');
  const end = start + (length - 1) * stride;
  if (stride > maximumStride || end >= whole) {
    known.refuse(`a part of ${whole} entries`, `${length} entries from ${start} on, every ${stride}`);
  }
  return replaced(shape, axis, length);
}

function padShape(step: PadStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  if (step.pads.length !== shape.length) {
    known.refuse(`one pair of pads per axis of ${formatShape(shape)}`, `${step.pads.length} pairs`);
  }
  return step.pads.map(([before, after], axis) =>
    before + after === 0 ? axisAt(known, shape, axis) : before + fixedLength(known, shape, axis, 'values') + after,
  );
}

function gatherShape(step: GatherStep, known: StepShapes): Shape {
  const { axis, indices } = step;
  const shape = known.read(step.input);
  axisAt(known, shape, axis);
  const whole = fixedLength(known, shape, axis, 'values');
  const outside = indices.find((index) => index >= whole);
  if (indices.length === 0 || outside !== undefined) {
    known.refuse(`one index or more below ${whole}`, outside === undefined ? 'none' : `${outside}`);
  }
  return replaced(shape, axis, indices.length);
}

function replaced(shape: Shape, axis: number, size: AxisSize): Shape {
  return shape.map((other, position) => (position === axis ? size : other));
}

export const selectionSteps: StepKinds<SelectionStep> = {
  concat: {
    schema: v.strictObject({ operator: v.literal('concat'), output: text, inputs: v.array(text), axis: count }),
    reads: ({ inputs }) => inputs,
    shape: concatShape,
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
    shape: sliceShape,
  },
  pad: {
    schema: v.strictObject({
      operator: v.literal('pad'),
      ...unary,
      pads: v.array(v.strictTuple([count, count])),
      value: finite,
    }),
    reads: readsInput,
    shape: padShape,
  },
  gather: {
    schema: v.strictObject({ operator: v.literal('gather'), ...unary, axis: count, indices: v.array(count) }),
    reads: readsInput,
    shape: gatherShape,
  },
};
