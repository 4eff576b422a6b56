// Steps that move values: other shapes, other orders of axes, copies.

import * as v from 'valibot';
import {
  type AxisSize,
  formatShape,
  perRow,
  type RowsAxis,
  rowsAxisOf,
  type Shape,
  valuesPerRow,
} from '../shapes/axis-size.ts';
import { axisAt, type StepShapes } from '../shapes/step-shapes.ts';
import { axisLength, count, type ProgramSize, unary } from './step-fields.ts';
import { readsInput, type StepKinds, type UnaryStep } from './step-kind.ts';

export interface ReshapeStep extends UnaryStep<'reshape'> {
  readonly shape: readonly ProgramSize[];
}

/** Axis `i` of the result is axis `permutation[i]` of the input. */
export interface TransposeStep extends UnaryStep<'transpose'> {
  readonly permutation: readonly number[];
}

/** Copies of the tensor along each axis. */
export interface TileStep extends UnaryStep<'tile'> {
  readonly repeats: readonly ProgramSize[];
}

export type LayoutStep = ReshapeStep | TransposeStep | TileStep;

function reshapeShape(step: ReshapeStep, known: StepShapes): Shape {
  const from = known.read(step.input);
  const to = step.shape.map((size): AxisSize => (typeof size === 'number' ? size : { before: 1, after: size.perRow }));
  const axis = onlyRowsAxis(known, to);
  const fromAxis = rowsAxisOf(from);
  if (valuesPerRow(from) !== valuesPerRow(to) || fromAxis < 0 !== axis < 0) {
    known.refuse(`a shape with the values of ${formatShape(from)}`, formatShape(to));
  }
  if (axis < 0) return to;
  // In memory, so many values or blocks of values lie before the rows begin to count; a reshape changes nothing about
  // it.
  const before = valuesPerRow(from.slice(0, fromAxis)) * (from[fromAxis] as RowsAxis).before;
  const outer = valuesPerRow(to.slice(0, axis));
  const count = perRow(to[axis] as RowsAxis);
  const inside = before / outer;
  if (!Number.isInteger(inside) || count % inside !== 0) {
    known.refuse(`a shape that keeps the values of each row of ${formatShape(from)} together`, formatShape(to));
  }
  return to.map((size, position) => (position === axis ? { before: inside, after: count / inside } : size));
}

/** Position of the axis that grows with the rows; -1 where there is none. */
function onlyRowsAxis(known: StepShapes, shape: Shape): number {
  if (shape.filter((size) => typeof size !== 'number').length > 1) {
    known.refuse('at most one axis that grows with the rows', formatShape(shape));
  }
  return rowsAxisOf(shape);
}

function transposeShape(step: TransposeStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  const { permutation } = step;
  const isPermutation = permutation.length === shape.length && shape.every((_size, axis) => permutation.includes(axis));
  if (!isPermutation) known.refuse(`each axis of ${formatShape(shape)} once`, `[${permutation.join(', ')}]`);
  return permutation.map((axis) => axisAt(known, shape, axis));
}

function tileShape(step: TileStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  const { repeats } = step;
  if (repeats.length !== shape.length) {
    known.refuse(`one count of copies per axis of ${formatShape(shape)}`, `${repeats.length} counts`);
  }
  return shape.map((size, axis) => repeated(known, size, repeats[axis] ?? 1));
}

function repeated(known: StepShapes, size: AxisSize, repeat: ProgramSize): AxisSize {
  if (typeof repeat === 'number') {
    return typeof size === 'number' ? size * repeat : { ...size, before: size.before * repeat };
  }
  if (typeof size === 'number') return { before: 1, after: size * repeat.perRow };
  return known.refuse('a fixed count of copies of the rows', `${repeat.perRow} * rows`);
}

export const layoutSteps: StepKinds<LayoutStep> = {
  reshape: {
    schema: v.strictObject({ operator: v.literal('reshape'), ...unary, shape: v.array(axisLength) }),
    reads: readsInput,
    shape: reshapeShape,
  },
  transpose: {
    schema: v.strictObject({ operator: v.literal('transpose'), ...unary, permutation: v.array(count) }),
    reads: readsInput,
    shape: transposeShape,
  },
  tile: {
    schema: v.strictObject({ operator: v.literal('tile'), ...unary, repeats: v.array(axisLength) }),
    reads: readsInput,
    shape: tileShape,
  },
};
