// Infers the shapes of all results of a program without running it. Kernels trust their shapes: on WebAssembly a wrong
// shape reads and writes outside its tensor and corrupts memory. So the whole program is checked before the first
// tensor is allocated.

import { InvalidBundleError } from '@ztw/core';
import { stepShape } from '../steps/program-steps.ts';
import type { ProgramSize } from '../steps/step-fields.ts';
import type { ProgramPort, TensorProgram } from '../tensor-program.ts';
import { formatShape, isOneRow, oneRow, perRow, type Shape, valuesPerRow } from './axis-size.ts';
import { maximumRank, maximumSteps, maximumValuesOfAllSteps, maximumValuesPerRow } from './program-bounds.ts';
import { stepShapes } from './step-shapes.ts';

export interface InferProgramShapesOptions {
  /** Path of the program, for messages. */
  readonly path?: string;
  /** Columns of the previous stage's logits. Required if the program reads them. */
  readonly previousClasses?: number | undefined;
  /** Expected columns of the logits. Default: any shape, as for the features of a head. */
  readonly classes?: number | undefined;
}

/**
 * Shapes of all results of a program, by name.
 * @param program From `parseTensorProgram`: every name is written before it is read.
 * @param weightShapes Shapes of the program's weights.
 * @throws InvalidBundleError naming the step whose operands do not fit its kernel; also for a result that is too large,
 *   mixes rows, or does not have its declared shape.
 */
export function inferProgramShapes(
  program: TensorProgram,
  weightShapes: ReadonlyMap<string, readonly number[]>,
  options: InferProgramShapesOptions = {},
): ReadonlyMap<string, readonly ProgramSize[]> {
  const { path = 'the program', previousClasses, classes } = options;
  const refuse = (expected: string, received: string): never => {
    throw new InvalidBundleError(`${path}: expected ${expected}; received ${received}. Make the bundle again.`, {
      expected,
      received,
      path,
    });
  };
  if (program.steps.length > maximumSteps) refuse(`at most ${maximumSteps} steps`, `${program.steps.length}`);
  const shapes = new Map<string, Shape>();
  for (const { name, rowShape } of program.inputs) {
    shapes.set(
      name,
      checkSize([oneRow, ...rowShape], (expected, received) => refuse(`${expected} as input "${name}"`, received)),
    );
  }
  if (program.previousLogits !== null) {
    if (previousClasses === undefined) return refuse('no previous logits', `"${program.previousLogits}"`);
    shapes.set(program.previousLogits, [oneRow, previousClasses]);
  }
  let total = 0;
  for (const step of program.steps) {
    const known = stepShapes(step, { shapes, weightShapes, path });
    const shape = checkSize(stepShape(step, known), known.refuse);
    total += valuesPerRow(shape);
    if (total > maximumValuesOfAllSteps) {
      known.refuse(`results of at most ${maximumValuesOfAllSteps} values per row together`, `${total} up to here`);
    }
    shapes.set(step.output, shape);
  }
  for (const port of program.outputs) checkOutput(port, shapes.get(port.name) ?? [], refuse);
  const logits = shapes.get(program.logits) ?? [];
  const isFitting = classes === undefined || (isOneRow(logits[0]) && logits.length === 2 && logits[1] === classes);
  if (!isFitting) refuse(`logits [rows, ${classes}]`, `"${program.logits}" of shape ${formatShape(logits)}`);
  return new Map([...shapes].map(([name, shape]) => [name, shape.map(programSize)]));
}

type Refuse = (expected: string, received: string) => never;

function checkSize(shape: Shape, refuse: Refuse): Shape {
  if (shape.length > maximumRank) refuse(`a tensor of at most ${maximumRank} axes`, formatShape(shape));
  if (shape.some((size) => !(perRow(size) >= 1))) refuse('axes of one entry or more', formatShape(shape));
  if (valuesPerRow(shape) > maximumValuesPerRow) {
    refuse(`a tensor of at most ${maximumValuesPerRow} values per row`, formatShape(shape));
  }
  const growing = shape.filter((size) => typeof size !== 'number');
  if (growing.length > 1) refuse('at most one axis that grows with the rows', formatShape(shape));
  return shape;
}

function checkOutput({ name, rowShape }: ProgramPort, shape: Shape, refuse: Refuse): void {
  const isSame =
    isOneRow(shape[0]) &&
    shape.length === rowShape.length + 1 &&
    rowShape.every((size, axis) => size === shape[axis + 1]);
  if (!isSame) refuse(`"${name}" of shape ${formatShape([oneRow, ...rowShape])}, as declared`, formatShape(shape));
}

function programSize(size: Shape[number]): ProgramSize {
  return typeof size === 'number' ? size : { perRow: perRow(size) };
}
