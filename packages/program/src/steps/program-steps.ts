// The table of all kinds of steps. Code that handles any step reads this table.

import * as v from 'valibot';
import type { Shape } from '../shapes/axis-size.ts';
import type { StepShapes } from '../shapes/step-shapes.ts';
import { type ElementwiseStep, elementwiseSteps } from './elementwise.ts';
import { type LayoutStep, layoutSteps } from './layout.ts';
import { type ProductStep, productSteps } from './products.ts';
import { type ReductionStep, reductionSteps } from './reductions.ts';
import { type SelectionStep, selectionSteps } from './selection.ts';
import type { StepKind, StepKinds, StepWith } from './step-kind.ts';
import { type WindowStep, windowSteps } from './windows.ts';

export type ProgramStep = WindowStep | ProductStep | ElementwiseStep | ReductionStep | LayoutStep | SelectionStep;

export type ProgramOperator = ProgramStep['operator'];

/** A step by its operator. */
export type StepOf<Operator extends ProgramOperator> = StepWith<ProgramStep, Operator>;

export const programSteps: StepKinds<ProgramStep> = {
  ...windowSteps,
  ...productSteps,
  ...elementwiseSteps,
  ...reductionSteps,
  ...layoutSteps,
  ...selectionSteps,
};

/** Names that a step reads: inputs and outputs of earlier steps, and stored weights. Repeats are kept. */
export function stepReads(step: ProgramStep): readonly string[] {
  const kind: StepKind<ProgramStep> = programSteps[step.operator];
  return kind.reads(step);
}

/**
 * Shape of a step's result.
 * @throws InvalidBundleError if its operands do not fit.
 */
export function stepShape(step: ProgramStep, known: StepShapes): Shape {
  const kind: StepKind<ProgramStep> = programSteps[step.operator];
  return kind.shape(step, known);
}

const knownOperator = v.looseObject({ operator: v.picklist(Object.keys(programSteps) as ProgramOperator[]) });

/** Always fails, with a message about the operator. */
const unknownStep: v.GenericSchema<unknown, never> = v.pipe(knownOperator, v.never());

/** The schema of any step: the schema of its kind. */
export const stepSchema: v.GenericSchema<unknown, ProgramStep> = v.lazy(
  (input): v.GenericSchema<unknown, ProgramStep> => {
    const known = v.safeParse(knownOperator, input);
    return known.success ? programSteps[known.output.operator].schema : unknownStep;
  },
);
