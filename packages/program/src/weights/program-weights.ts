// The weights that a program reads, and where their values are stored.

import { InvalidBundleError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import * as v from 'valibot';
import { count, text } from '../steps/step-fields.ts';
import { isInside, readView, type WeightView, weightViewSchema } from './weight-view.ts';

/** One weight of a program. */
export interface ProgramWeight {
  /** Name under which steps read it. */
  readonly name: string;
  /** Name of the stored tensor with its values. */
  readonly tensor: string;
  readonly shape: readonly number[];
  /** Which values of the tensor, in which order. Default: all values in order. */
  readonly view?: WeightView;
}

export const programWeightSchema: v.GenericSchema<unknown, ProgramWeight> = v.strictObject({
  name: text,
  tensor: text,
  shape: v.array(count),
  view: v.exactOptional(weightViewSchema),
});

/**
 * All weights of a program.
 * @param listed The program's own list. Without one, every stored tensor is a weight under its own name.
 * @param stored Shapes of the stored tensors, by name.
 * @throws InvalidBundleError for a weight outside its tensor, and for weights that hold more values together than all
 *   stored tensors.
 */
export function programWeights(
  listed: readonly ProgramWeight[] | undefined,
  stored: ReadonlyMap<string, readonly number[]>,
  path: string,
): readonly ProgramWeight[] {
  if (listed === undefined) return [...stored].map(([name, shape]) => ({ name, tensor: name, shape }));
  const refuse = (expected: string, received: string): never => {
    throw new InvalidBundleError(`${path}: expected ${expected}; received ${received}. Make the bundle again.`, {
      expected,
      received,
      path,
    });
  };
  let values = 0;
  for (const { name, tensor, shape, view } of listed) {
    const source = stored.get(tensor) ?? refuse(`a stored tensor for the weight "${name}"`, `"${tensor}"`);
    const length = product(source);
    const needed = product(shape);
    const fits = view === undefined ? length === needed : product(view.sizes) === needed && isInside(view, length);
    if (!fits) refuse(`values of "${tensor}" of shape [${source}] for the weight "${name}"`, `a view of [${shape}]`);
    values += needed;
  }
  const most = [...stored.values()].reduce((sum, shape) => sum + product(shape), 0);
  if (values > most) refuse(`weights of at most ${most} values, as many as are stored`, `${values}`);
  return listed;
}

/** The values of a weight. @param stored Its tensor. @returns the tensor itself where the weight has its layout. */
export function readWeight({ shape, view }: ProgramWeight, { data }: Parameter): Parameter {
  return view === undefined ? { shape, data } : readView(view, data, shape);
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}
