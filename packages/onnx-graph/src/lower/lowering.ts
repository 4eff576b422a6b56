import type { HeadParameters, RowShape } from '@ztw/core';
import { InvalidModelError } from '@ztw/core';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** A tensor in a graph that is being written. */
export interface Value {
  readonly name: string;
  /** Shape of one row. */
  readonly shape: RowShape;
}

/** What layers need besides their input. */
export interface Lowering {
  readonly builder: GraphBuilder;
  readonly parameters: HeadParameters;
  /** Name of the tensor `[rows, classes]` of the stage before; null where there is none. */
  readonly previousLogits: string | null;
}

/**
 * Values of a learned parameter.
 * @throws InvalidModelError where it is missing, of another shape, or not finite.
 */
export function parameterOf({ parameters }: Lowering, name: string, shape: readonly number[]): Float32Array {
  const parameter = parameters[name];
  const expected = `expected parameter '${name}' of shape [${shape.join(', ')}]`;
  if (parameter === undefined) throw new InvalidModelError(`${expected}, but the head has none of that name`);
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (parameter.shape.join() !== shape.join() || parameter.data.length !== size) {
    throw new InvalidModelError(
      `${expected}, received [${parameter.shape.join(', ')}] with ${parameter.data.length} values`,
    );
  }
  const wrong = parameter.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new InvalidModelError(`parameter '${name}' of a head holds ${parameter.data[wrong]} at element ${wrong}`);
  }
  return parameter.data;
}

/** Stores a learned parameter and returns its name in the graph. */
export function storeParameter(lowering: Lowering, name: string, shape: readonly number[]): string {
  return lowering.builder.floats(`head/${name}`, shape, parameterOf(lowering, name, shape));
}
