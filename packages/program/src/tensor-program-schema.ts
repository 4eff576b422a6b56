import * as v from 'valibot';
import { stepSchema } from './steps/program-steps.ts';
import { size, text } from './steps/step-fields.ts';
import type { TensorProgram } from './tensor-program.ts';
import { programWeightSchema } from './weights/program-weights.ts';

const port = v.strictObject({ name: text, rowShape: v.array(size) });

/** The schema of a program of version 1. */
export const tensorProgramSchema: v.GenericSchema<unknown, TensorProgram> = v.strictObject({
  format: v.literal('ztw-stage-program'),
  version: v.literal(1),
  inputs: v.array(port),
  previousLogits: v.nullable(text),
  outputs: v.array(port),
  logits: text,
  weights: v.exactOptional(v.array(programWeightSchema)),
  steps: v.array(stepSchema),
});
