// Steps that give all values another place: other shapes, other orders of axes, copies.

import * as v from 'valibot';
import { axisLength, count, type ProgramSize, unary } from './step-fields.ts';
import { readsInput, type StepKinds, type UnaryStep } from './step-kind.ts';

export interface ReshapeStep extends UnaryStep<'reshape'> {
  readonly shape: readonly ProgramSize[];
}

/** Axis `i` of the result is axis `permutation[i]` of the input. */
export interface TransposeStep extends UnaryStep<'transpose'> {
  readonly permutation: readonly number[];
}

/** Copies of the tensor along each axis. */
export interface TileStep extends UnaryStep<'tile'> {
  readonly repeats: readonly ProgramSize[];
}

export type LayoutStep = ReshapeStep | TransposeStep | TileStep;

export const layoutSteps: StepKinds<LayoutStep> = {
  reshape: {
    schema: v.strictObject({ operator: v.literal('reshape'), ...unary, shape: v.array(axisLength) }),
    reads: readsInput,
  },
  transpose: {
    schema: v.strictObject({ operator: v.literal('transpose'), ...unary, permutation: v.array(count) }),
    reads: readsInput,
  },
  tile: {
    schema: v.strictObject({ operator: v.literal('tile'), ...unary, repeats: v.array(axisLength) }),
    reads: readsInput,
  },
};
