// Fields that several kinds of steps share.

import * as v from 'valibot';

/** Length of an axis: fixed, or a multiple of the number of rows. */
export type ProgramSize = number | { readonly perRow: number };

/** The activation after a convolution or dense layer, in the same step. */
export type ProgramActivation = 'relu' | 'relu6' | null;

export const text: v.GenericSchema<unknown, string> = v.pipe(v.string(), v.nonEmpty());
export const finite: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.finite());
export const positive: v.GenericSchema<unknown, number> = v.pipe(finite, v.gtValue(0));
export const count: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const size: v.GenericSchema<unknown, number> = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
export const axisLength: v.GenericSchema<unknown, ProgramSize> = v.union([size, v.strictObject({ perRow: size })]);
export const pair: v.GenericSchema<unknown, [number, number]> = v.strictTuple([size, size]);
export const pads: v.GenericSchema<unknown, [number, number, number, number]> = v.strictTuple([
  count,
  count,
  count,
  count,
]);
export const activation: v.GenericSchema<unknown, ProgramActivation> = v.nullable(v.picklist(['relu', 'relu6']));

interface UnaryFields {
  readonly output: v.GenericSchema<unknown, string>;
  readonly input: v.GenericSchema<unknown, string>;
}

/** Fields of every step with one input. */
export const unary: UnaryFields = { output: text, input: text };
