// Steps that take parts of tensors, put them side by side, or put values around them.

import type { ConcatStep, GatherStep, PadStep, SliceStep } from '../stage-program.ts';
import { type AxisSize, formatShape, type Shape, sameAxis } from './axis-size.ts';
import { maximumStride } from './program-bounds.ts';
import { axisAt, fixedLength, type StepShapes } from './step-shapes.ts';

export function concatShape(step: ConcatStep, known: StepShapes): Shape {
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

export function sliceShape(step: SliceStep, known: StepShapes): Shape {
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

export function padShape(step: PadStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  if (step.pads.length !== shape.length) {
    known.refuse(`one pair of pads per axis of ${formatShape(shape)}`, `${step.pads.length} pairs`);
  }
  return step.pads.map(([before, after], axis) =>
    before + after === 0 ? axisAt(known, shape, axis) : before + fixedLength(known, shape, axis, 'values') + after,
  );
}

export function gatherShape(step: GatherStep, known: StepShapes): Shape {
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
