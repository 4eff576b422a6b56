import { InvalidBundleError } from '@ztw/core';
import { type AxisSize, formatShape, type Shape } from './axis-size.ts';

/** The shapes that one step can read. */
export interface StepShapes {
  /** Shape of an input, a stored weight or an earlier result. */
  read(name: string): Shape;
  /** Shape of a stored weight. */
  weight(name: string): readonly number[];
  /** @throws InvalidBundleError naming the step, what was expected, and what was received. */
  refuse(expected: string, received: string): never;
}

interface KnownShapes {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly weightShapes: ReadonlyMap<string, readonly number[]>;
  readonly path: string;
}

/** @param step Named in messages. */
export function stepShapes(
  step: { readonly operator: string; readonly output: string },
  { shapes, weightShapes, path }: KnownShapes,
): StepShapes {
  const refuse = (expected: string, received: string): never => {
    throw new InvalidBundleError(
      `${path}: step "${step.output}" (${step.operator}): expected ${expected}; received ${received}. ` +
        'Make the bundle again.',
      { expected, received, path: `${path}: ${step.output}` },
    );
  };
  return {
    read: (name) => shapes.get(name) ?? weightShapes.get(name) ?? refuse('a known tensor', `"${name}"`),
    weight: (name) => weightShapes.get(name) ?? refuse('a stored weight', `"${name}", which is computed`),
    refuse,
  };
}

/** Length of an axis that must not depend on the number of rows. */
export function fixedLength(step: StepShapes, shape: Shape, axis: number, what: string): number {
  const size = shape[axis];
  if (typeof size === 'number') return size;
  return step.refuse(`${what} of a fixed length on axis ${axis}`, formatShape(shape));
}

/** @throws InvalidBundleError for an axis that the tensor does not have. */
export function axisAt(step: StepShapes, shape: Shape, axis: number): AxisSize {
  return shape[axis] ?? step.refuse(`an axis below ${shape.length}`, `axis ${axis} of ${formatShape(shape)}`);
}

/** @throws InvalidBundleError for a bias that does not hold one value per output. */
export function checkBias(step: StepShapes, bias: string | null, outputs: number): void {
  if (bias === null) return;
  const shape = step.weight(bias);
  if (shape.length !== 1 || shape[0] !== outputs) step.refuse(`a bias [${outputs}]`, formatShape(shape));
}
