// The program writer names results, stores weights once, and transposes only if a step needs another axis order.

import { UnsupportedModelError } from '@ztw/core';
import type { ProgramBody } from '../passes/program-body.ts';
import type { ProgramStep } from '../steps/program-steps.ts';
import type { ProgramSize } from '../steps/step-fields.ts';
import { naturalOrder, sameOrder } from './axis-order.ts';
import { fixedSize, fixedValue, programSize, type Size } from './size.ts';
import type { StoredWeight } from './stored-weight.ts';
import { storedShape, type TensorValue } from './tensor-value.ts';

/** A step whose result the writer names. */
export type NewStep = ProgramStep extends infer Each
  ? Each extends ProgramStep
    ? Omit<Each, 'output'>
    : never
  : never;

export interface ProgramWriter {
  /** Reserves a name: `hint` if it is free, else a variant. */
  claim(hint: string): string;
  /** Adds a step without recording the shape of its result. @returns the name of the result, a variant of `hint`. */
  add(step: NewStep, hint: string): string;
  /**
   * Adds a step and records the shape of its result.
   * @param shape Shape of the result in the network's axis order.
   * @param order Axis order of the result in memory. Default: the network's.
   */
  addValue(step: NewStep, hint: string, shape: readonly Size[], order?: readonly number[]): TensorValue;
  /** Renames the result of the last step. @returns the name. */
  renameLast(hint: string): string;
  /** Records the shape in memory of a result that was added without one. */
  describe(name: string, shape: readonly Size[]): void;
  /** Stores row-major values; the same array with the same shape is stored once. @returns their name. */
  store(hint: string, values: StoredWeight): string;
  /**
   * The same tensor with the given axis order in memory and its columns in the network's order. It is moved at most
   * once per order.
   */
  inOrder(value: TensorValue, order: readonly number[]): TensorValue;
  /** The same tensor in the network's axis order. */
  natural(value: TensorValue): TensorValue;
  /** The same values, in the network's axis order, with another shape. */
  reshape(value: TensorValue, shape: readonly Size[], hint: string): TensorValue;
  /** A copy of what was written so far. @param results Names that the caller reads. */
  body(results: readonly string[]): ProgramBody;
}

export function createProgramWriter(): ProgramWriter {
  const steps: ProgramStep[] = [];
  const weights = new Map<string, StoredWeight>();
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

  function add(step: NewStep, hint: string): string {
    const output = claim(hint);
    steps.push({ ...step, output } as ProgramStep);
    return output;
  }

  function addValue(
    step: NewStep,
    hint: string,
    shape: readonly Size[],
    order = naturalOrder(shape.length),
  ): TensorValue {
    const value: TensorValue = { kind: 'tensor', name: add(step, hint), shape, order, columns: null };
    shapes.set(value.name, storedShape(value));
    return value;
  }

  function inOrder(value: TensorValue, order: readonly number[]): TensorValue {
    const plain = value.columns === null ? value : withPlainColumns(value, value.columns);
    if (sameOrder(plain.order, order)) return plain;
    const permutation = order.map((axis) => plain.order.indexOf(axis));
    const key = `${plain.name} ${permutation.join()}`;
    const known = moved.get(key);
    if (known !== undefined) return { ...known, shape: plain.shape, order };
    const hint = `${plain.name}/moved`;
    const step: NewStep = onlyMovesOnes(plain, order)
      ? { operator: 'reshape', input: plain.name, shape: programShape(storedShape({ ...plain, order }), hint) }
      : { operator: 'transpose', input: plain.name, permutation };
    const result = addValue(step, hint, plain.shape, order);
    moved.set(key, result);
    return result;
  }

  function withPlainColumns(value: TensorValue, columns: readonly number[]): TensorValue {
    const indices = columns.map((_unused, column) => columns.indexOf(column));
    return addValue({ operator: 'gather', input: value.name, axis: 1, indices }, `${value.name}/ordered`, value.shape);
  }

  const natural = (value: TensorValue): TensorValue => inOrder(value, naturalOrder(value.shape.length));

  return {
    claim,
    add,
    addValue,
    renameLast(hint) {
      const last = steps.pop();
      if (last === undefined) throw new Error('internal: there is no step to rename');
      const output = claim(hint);
      steps.push({ ...last, output });
      return output;
    },
    describe: (name, shape) => void shapes.set(name, shape),
    store(hint, values) {
      const { shape, data } = values;
      const known = stored.get(data);
      const same = known === undefined ? undefined : weights.get(known);
      if (known !== undefined && same?.shape.join() === shape.join()) return known;
      const name = claim(hint);
      weights.set(name, values);
      stored.set(data, name);
      return name;
    },
    inOrder,
    natural,
    reshape(value, shape, hint) {
      const input = natural(value).name;
      return addValue({ operator: 'reshape', input, shape: programShape(shape, hint) }, hint, shape);
    },
    body: (results) => ({ steps: [...steps], weights: new Map(weights), shapes: new Map(shapes), results }),
  };
}

/**
 * A shape as a program stores it.
 * @throws UnsupportedModelError for a length that is neither fixed nor a multiple of the number of rows.
 */
export function programShape(shape: readonly Size[], what: string): readonly ProgramSize[] {
  return shape.map((size) => {
    const stored = programSize(size);
    if (stored === null || stored === 0) {
      const length = `${size.fixed} + ${size.perRow} * rows`;
      throw new UnsupportedModelError(
        `Expected axes of positive lengths that are fixed or multiples of the rows; received ${length} in "${what}".`,
        { expected: 'a fixed length or a multiple of the rows', received: length, path: what },
      );
    }
    return stored;
  });
}

/** True if only axes of length 1 move, so that the data in memory does not change. */
function onlyMovesOnes({ order: from, shape }: TensorValue, to: readonly number[]): boolean {
  const counts = (order: readonly number[]): readonly number[] =>
    order.filter((axis) => fixedValue(shape[axis] ?? fixedSize(1)) !== 1);
  return sameOrder(counts(from), counts(to));
}
