// Collects the steps and weights of a program, keeps its names unique, and moves axes only where somebody needs them moved.

import type { Parameter } from '@ztw/core';
import { firstNotFinite, UnsupportedModelError } from '@ztw/core';
import type { ProgramSize, ProgramStep } from '@ztw/program';
import { fixedSize, fixedValue, programSize, type Size } from './size.ts';
import { type FloatsValue, naturalOrder, sameOrder, storedShape, type TensorValue } from './value.ts';

/** A step whose output the builder names. */
export type NewStep = ProgramStep extends infer Each
  ? Each extends ProgramStep
    ? Omit<Each, 'output'>
    : never
  : never;

export interface ProgramBuilder {
  readonly steps: readonly ProgramStep[];
  readonly weights: ReadonlyMap<string, Parameter>;
  /** Of each step's result, as it lies in memory. */
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
  claim(hint: string): string;
  /**
   * Adds a step.
   * @param shape Of its result as the graph sees it.
   * @param order Of its result's axes in memory; the graph's own by default.
   */
  add(step: NewStep, hint: string, shape: readonly Size[], order?: readonly number[]): TensorValue;
  /**
   * Stores values and returns their name.
   * @throws UnsupportedModelError for values that are not finite.
   */
  store(hint: string, value: FloatsValue): string;
  /** The same tensor with its axes in memory in a given order, and its columns in the graph's. */
  inOrder(value: TensorValue, order: readonly number[]): TensorValue;
  /** The same tensor as the graph sees it. */
  natural(value: TensorValue): TensorValue;
  /** The same values, in the graph's own order, in another shape. */
  reshape(value: TensorValue, shape: readonly Size[], hint: string): TensorValue;
}

export function createProgramBuilder(): ProgramBuilder {
  const steps: ProgramStep[] = [];
  const weights = new Map<string, Parameter>();
  const shapes = new Map<string, readonly Size[]>();
  const stored = new Map<Float32Array, string>();
  const names = new Set<string>();
  const moved = new Map<string, TensorValue>();

  function claim(hint: string): string {
    let name = hint;
    for (let suffix = 1; names.has(name); suffix++) name = `${hint}_${suffix}`;
    names.add(name);
    return name;
  }

  function add(step: NewStep, hint: string, shape: readonly Size[], order = naturalOrder(shape.length)): TensorValue {
    const output = claim(hint);
    steps.push({ ...step, output } as ProgramStep);
    const result: TensorValue = { kind: 'tensor', name: output, shape, order, columns: null };
    shapes.set(output, storedShape(result));
    return result;
  }

  function inOrder(value: TensorValue, order: readonly number[]): TensorValue {
    const plain = value.columns === null ? value : withPlainColumns(value, value.columns);
    if (sameOrder(plain.order, order)) return plain;
    const permutation = order.map((axis) => plain.order.indexOf(axis));
    const key = `${plain.name} ${permutation.join()}`;
    const known = moved.get(key);
    if (known !== undefined) return { ...known, shape: plain.shape, order };
    const hint = `${plain.name}/moved`;
    const target = { ...plain, order };
    const result = onlyMovesOnes(plain, order)
      ? add(
          { operator: 'reshape', input: plain.name, shape: stepShape(storedShape(target), hint) },
          hint,
          plain.shape,
          order,
        )
      : add({ operator: 'transpose', input: plain.name, permutation }, hint, plain.shape, order);
    moved.set(key, result);
    return result;
  }

  function withPlainColumns(value: TensorValue, columns: readonly number[]): TensorValue {
    const indices = columns.map((_unused, column) => columns.indexOf(column));
    return add({ operator: 'gather', input: value.name, axis: 1, indices }, `${value.name}/ordered`, value.shape);
  }

  const natural = (value: TensorValue): TensorValue => inOrder(value, naturalOrder(value.shape.length));

  return {
    steps,
    weights,
    shapes,
    claim,
    add,
    store(hint, { shape, data }) {
      const known = stored.get(data);
      const same = known === undefined ? undefined : weights.get(known);
      if (known !== undefined && same?.shape.join() === shape.join()) return known;
      const position = firstNotFinite(data);
      if (position >= 0) {
        throw new UnsupportedModelError(`'${hint}' holds ${data[position]}; stage programs know finite constants only`);
      }
      const name = claim(hint);
      weights.set(name, { shape, data });
      stored.set(data, name);
      return name;
    },
    inOrder,
    natural,
    reshape(value, shape, hint) {
      const input = natural(value).name;
      return add({ operator: 'reshape', input, shape: stepShape(shape, hint) }, hint, shape);
    },
  };
}

/**
 * A shape as a program stores it.
 * @throws UnsupportedModelError for a length that is neither fixed nor a multiple of the number of rows.
 */
export function stepShape(shape: readonly Size[], what: string): readonly ProgramSize[] {
  return shape.map((size) => {
    const stored = programSize(size);
    if (stored === null || stored === 0) {
      throw new UnsupportedModelError(
        `'${what}' has an axis of length ${size.fixed} + ${size.perRow} * rows; a stage program wants positive lengths that are fixed or multiples of the rows`,
      );
    }
    return stored;
  });
}

/** Whether the axes of more than one entry keep their order, so that memory stays as it is. */
function onlyMovesOnes({ order: from, shape }: TensorValue, to: readonly number[]): boolean {
  const counts = (order: readonly number[]): readonly number[] =>
    order.filter((axis) => fixedValue(shape[axis] ?? fixedSize(1)) !== 1);
  return sameOrder(counts(from), counts(to));
}
