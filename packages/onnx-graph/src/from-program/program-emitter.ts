// The state that all step emitters share: the written graph, the stored weights, and the placement of each value.

import { InvalidModelError, UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import {
  naturalOrder,
  type ProgramOperator,
  type ProgramSize,
  permuteAxes,
  type StepOf,
  sameOrder,
} from '@ztw/program';
import type { AttributeProto } from 'onnx-buf';
import { intsAttribute } from '../graph/build.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { broadcastShape, type PlacedValue, sameMemory } from './placed-value.ts';

export interface ProgramEmitter {
  readonly builder: GraphBuilder;
  /** The value of an input, an earlier step or a stored weight. */
  read(name: string): PlacedValue;
  /** The stored weight of this name, or null. */
  weight(name: string): Parameter | null;
  /** Stores a weight once, with its axes in the order that an operator needs. @returns the tensor's name. */
  storeWeight(name: string, order: readonly number[], dims: readonly number[]): string;
  /** The tensor with a value's axes in another order. Each order is written once. */
  inOrder(name: string, order: readonly number[]): string;
  /** The same for a value that is broadcast from the right against values with the axes of `order`. */
  broadcastInOrder(name: string, order: readonly number[]): string;
  /** Name of a step's result in the graph. */
  outputName(step: string): string;
  /** Records the placement of a step's result. */
  place(step: string, value: PlacedValue): void;
  /** Adds a node. `output` is a name from `outputName`; without it a new name is made. */
  apply(operator: string, inputs: readonly string[], attributes?: readonly AttributeProto[], output?: string): string;
}

/** One function per operator. It writes the nodes of a step and returns the placement of the result. */
export type StepEmitters<Operator extends ProgramOperator> = {
  readonly [Each in Operator]: (emitter: ProgramEmitter, step: StepOf<Each>) => PlacedValue;
};

/** A shape as the input of Reshape. The runtime infers the axis of the rows. */
export function reshapeSizes(shape: readonly ProgramSize[], what: string): readonly number[] {
  if (shape.filter((size) => typeof size !== 'number').length > 1) {
    throw new UnsupportedModelError(
      `step "${what}" has several axes that grow with the number of rows; ONNX can express one`,
      { expected: 1, path: what },
    );
  }
  return shape.map((size) => (typeof size === 'number' ? size : -1));
}

export function createProgramEmitter(
  builder: GraphBuilder,
  weights: ReadonlyMap<string, Parameter>,
  outputName: (step: string) => string,
): ProgramEmitter {
  const values = new Map<string, PlacedValue>();
  const moved = new Map<string, string>();
  const stored = new Map<string, string>();

  const once = (cache: Map<string, string>, key: string, make: () => string): string => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const name = make();
    cache.set(key, name);
    return name;
  };

  const emitter: ProgramEmitter = {
    builder,
    outputName,
    weight: (name) => weights.get(name) ?? null,
    read(name) {
      const value = values.get(name);
      if (value !== undefined) return value;
      const weight = weights.get(name);
      if (weight === undefined) {
        throw new InvalidModelError(`the program reads "${name}", which is not an input, a weight or an earlier step`, {
          path: name,
        });
      }
      const order = naturalOrder(weight.shape.length);
      return { name: emitter.storeWeight(name, order, weight.shape), shape: weight.shape, order };
    },
    storeWeight(name, order, dims) {
      return once(stored, JSON.stringify([name, order, dims]), () => {
        const weight = weights.get(name);
        if (weight === undefined) throw new InvalidModelError(`the program has no weight "${name}"`, { path: name });
        return builder.floats(name, dims, valuesInOrder(weight, order));
      });
    },
    inOrder(name, order) {
      const value = emitter.read(name);
      if (sameOrder(value.order, order)) return value.name;
      // The key is the permutation: several values of the program can be one tensor in different orders.
      const permutation = order.map((axis) => value.order.indexOf(axis));
      return once(moved, JSON.stringify([value.name, permutation]), () => moveAxes(emitter, value, order));
    },
    broadcastInOrder(name, order) {
      const weight = values.has(name) ? null : emitter.weight(name);
      if (weight === null) return emitter.inOrder(name, order);
      const missing = order.length - weight.shape.length;
      const shape = broadcastShape(weight.shape, Array(order.length).fill(1)) as readonly number[];
      const dims = order.map((axis) => shape[axis] as number);
      const leading = weight.shape.length === 0 ? dims.length : dims.findIndex((size) => size !== 1);
      const own = order.flatMap((axis) => (axis < missing ? [] : [axis - missing]));
      return emitter.storeWeight(name, own, leading < 0 ? [] : dims.slice(leading));
    },
    place: (step, value) => void values.set(step, value),
    apply: (operator, inputs, attributes, output) => builder.apply(operator, inputs, attributes, output),
  };
  return emitter;
}

function moveAxes(
  { builder }: ProgramEmitter,
  { name, shape, order: from }: PlacedValue,
  to: readonly number[],
): string {
  const output = builder.claim(`${name}/${sameOrder(to, naturalOrder(to.length)) ? 'channels-last' : 'moved'}`);
  if (sameMemory(shape, from, to)) {
    const sizes = reshapeSizes(
      to.map((axis) => shape[axis] as ProgramSize),
      name,
    );
    return builder.apply('Reshape', [name, builder.integers(`${output}/shape`, [sizes.length], sizes)], [], output);
  }
  const permutation = to.map((axis) => from.indexOf(axis));
  return builder.apply('Transpose', [name], [intsAttribute('perm', permutation)], output);
}

function valuesInOrder(weight: Parameter, order: readonly number[]): Float32Array {
  return sameOrder(order, naturalOrder(order.length)) ? weight.data : permuteAxes(weight, order).data;
}
