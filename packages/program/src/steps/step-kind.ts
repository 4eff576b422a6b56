// What one file of this folder says of the kinds of steps in it. A kind is described there and nowhere else: its type,
// its JSON, what it reads, and the shape of its result.

import type * as v from 'valibot';
import type { Shape } from '../shapes/axis-size.ts';
import type { StepShapes } from '../shapes/step-shapes.ts';

export interface Step<Operator extends string> {
  readonly operator: Operator;
  /** Name of the result; no two steps share one. */
  readonly output: string;
}

export interface UnaryStep<Operator extends string> extends Step<Operator> {
  readonly input: string;
}

export interface StepKind<Each> {
  /** The form of its JSON, field by field. */
  readonly schema: v.GenericSchema<unknown, Each>;
  /** Names that it reads: inputs and outputs of earlier steps, and stored weights. Repeats are kept. */
  reads(step: Each): readonly string[];
  /**
   * Shape of its result.
   * @throws InvalidBundleError where its operands do not fit it.
   */
  shape(step: Each, known: StepShapes): Shape;
}

/** The member of a union of steps that an operator belongs to. */
export type StepWith<Each, Operator> = Each extends Step<infer Own> ? (Operator extends Own ? Each : never) : never;

/** One kind for every operator of a union of steps: the compiler finds the one that is missing. */
export type StepKinds<Each extends Step<string>> = {
  readonly [Operator in Each['operator']]: StepKind<StepWith<Each, Operator>>;
};

/** What a step with one input and no weights reads. */
export function readsInput({ input }: UnaryStep<string>): readonly string[] {
  return [input];
}

/** What a step with two operands reads. */
export function readsBoth({ left, right }: { readonly left: string; readonly right: string }): readonly string[] {
  return [left, right];
}

/** The result of a step that works on values where they lie. */
export function shapeOfInput({ input }: UnaryStep<string>, known: StepShapes): Shape {
  return known.read(input);
}
