// The writer of programs: names results, stores weights once, and transposes only if a step needs another order of
// axes.

import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { ProgramBody } from '../passes/program-body.ts';
import type { ProgramStep } from '../steps/program-steps.ts';
import type { ProgramSize } from '../steps/step-fields.ts';
import { naturalOrder, sameOrder } from './axis-order.ts';
import { fixedSize, fixedValue, programSize, type Size } from './size.ts';
import { storedShape, type TensorValue } from './tensor-value.ts';

/** A step whose result the writer names. */
export type NewStep = ProgramStep extends infer Each
  ? Each extends ProgramStep
    ? Omit<Each, 'output'>
    : never
  : never;

export interface ProgramWriter {
  /** Takes a name: `hint` where it is free, else a variant. */
  claim(hint: string): string;
  /**
   * Adds a step of which the name is all that the caller keeps. @returns the name of its result, a variant of `hint`.
   */
  add(step: NewStep, hint: string): string;
  /**
   * Adds a step, and remembers the shape of its result.
   * @param shape Of its result as the network sees it.
   * @param order Of its result's axes in memory; the network's own by default.
   */
  addValue(step: NewStep, hint: string, shape: readonly Size[], order?: readonly number[]): TensorValue;
  /** Gives the result of the newest step another name. @returns the name. */
  renameLast(hint: string): string;
  /** Remembers the shape in memory of a result that was added without. */
  describe(name: string, shape: readonly Size[]): void;
  /** Stores values, row-major; the same array in the same shape only once. @returns their name. */
  store(hint: string, values: Parameter): string;
  /**
   * The same tensor with its axes in memory in a given order, and its columns in the network's. It is moved once for
   * each order.
   */
  inOrder(value: TensorValue, order: readonly number[]): TensorValue;
  /** The same tensor in memory as the network sees it. */
  natural(value: TensorValue): TensorValue;
  /** The same values, in the network's own order, in another shape. */
  reshape(value: TensorValue, shape: readonly Size[], hint: string): TensorValue;
  /** What was written so far. @param results Names that somebody outside reads. */
  body(results: readonly string[]): ProgramBody;
}

export function createProgramWriter(): ProgramWriter {
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
    store(hint, { shape, data }) {
      const known = stored.get(data);
      const same = known === undefined ? undefined : weights.get(known);
      if (known !== undefined && same?.shape.join() === shape.join()) return known;
      const name = claim(hint);
      weights.set(name, { shape, data });
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
