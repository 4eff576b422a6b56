// Steps that give the same values another shape, other axes, or copies.

import type { ProgramSize, ReduceStep, ReshapeStep, TileStep, TransposeStep } from '../stage-program.ts';
import {
  type AxisSize,
  formatShape,
  perRow,
  type RowsAxis,
  rowsAxisOf,
  type Shape,
  valuesPerRow,
} from './axis-size.ts';
import { axisAt, fixedLength, type StepShapes } from './step-shapes.ts';

export function reshapeShape(step: ReshapeStep, known: StepShapes): Shape {
  const from = known.read(step.input);
  const to = step.shape.map((size): AxisSize => (typeof size === 'number' ? size : { before: 1, after: size.perRow }));
  const axis = onlyRowsAxis(known, to);
  const fromAxis = rowsAxisOf(from);
  if (valuesPerRow(from) !== valuesPerRow(to) || fromAxis < 0 !== axis < 0) {
    known.refuse(`a shape with the values of ${formatShape(from)}`, formatShape(to));
  }
  if (axis < 0) return to;
  // In memory, so many values or blocks of values lie before the rows begin to count; a reshape changes nothing about it.
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

export function transposeShape(step: TransposeStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  const { permutation } = step;
  const isPermutation = permutation.length === shape.length && shape.every((_size, axis) => permutation.includes(axis));
  if (!isPermutation) known.refuse(`each axis of ${formatShape(shape)} once`, `[${permutation.join(', ')}]`);
  return permutation.map((axis) => axisAt(known, shape, axis));
}

export function tileShape(step: TileStep, known: StepShapes): Shape {
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

export function reduceShape(step: ReduceStep, known: StepShapes): Shape {
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
