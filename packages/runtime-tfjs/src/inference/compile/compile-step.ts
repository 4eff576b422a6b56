import type { ProgramOperator, ProgramStep } from '@ztw/program';
import type { TensorflowInference } from '../tensorflow-inference.ts';
import { elementwiseCompilers } from './compile-elementwise.ts';
import { layoutCompilers } from './compile-layout.ts';
import { productCompilers } from './compile-products.ts';
import { reductionCompilers } from './compile-reductions.ts';
import { selectionCompilers } from './compile-selection.ts';
import { windowCompilers } from './compile-windows.ts';
import type { CompiledStep, StepCompilers } from './compiled-step.ts';

const compilers: StepCompilers<ProgramOperator> = {
  ...windowCompilers,
  ...productCompilers,
  ...elementwiseCompilers,
  ...reductionCompilers,
  ...layoutCompilers,
  ...selectionCompilers,
};

/** Makes a function on tensors of one step of a program. */
export function compileStep(tf: TensorflowInference, step: ProgramStep): CompiledStep {
  // Each function takes the steps of its own operator, which the type checker cannot infer through the union.
  const compile = compilers[step.operator] as (tf: TensorflowInference, step: ProgramStep) => CompiledStep;
  return compile(tf, step);
}
