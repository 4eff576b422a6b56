// Products of matrices.

import * as v from 'valibot';
import { activation, type ProgramActivation, text, unary } from './step-fields.ts';
import { readsBoth, type Step, type StepKinds, type UnaryStep } from './step-kind.ts';

/** `[..., in]` times `[in, out]`, plus `[out]`. */
export interface DenseStep extends UnaryStep<'dense'> {
  readonly weight: string;
  readonly bias: string | null;
  readonly activation: ProgramActivation;
}

/** `[..., m, k]` times `[..., k, n]`; leading axes broadcast. */
export interface MatMulStep extends Step<'matmul'> {
  readonly left: string;
  readonly right: string;
}

export type ProductStep = DenseStep | MatMulStep;

export const productSteps: StepKinds<ProductStep> = {
  dense: {
    schema: v.strictObject({
      operator: v.literal('dense'),
      ...unary,
      weight: text,
      bias: v.nullable(text),
      activation,
    }),
    reads: ({ input, weight, bias }) => [input, weight, ...(bias === null ? [] : [bias])],
  },
  matmul: {
    schema: v.strictObject({ operator: v.literal('matmul'), output: text, left: text, right: text }),
    reads: readsBoth,
  },
};
