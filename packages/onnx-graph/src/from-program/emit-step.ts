import type { ProgramOperator, ProgramStep } from '@ztw/program';
import { elementwiseEmitters } from './emit-elementwise.ts';
import { layoutEmitters } from './emit-layout.ts';
import { productEmitters } from './emit-products.ts';
import { reductionEmitters } from './emit-reductions.ts';
import { selectionEmitters } from './emit-selection.ts';
import { windowEmitters } from './emit-windows.ts';
import type { PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepEmitters } from './program-emitter.ts';

const stepEmitters: StepEmitters<ProgramOperator> = {
  ...windowEmitters,
  ...productEmitters,
  ...elementwiseEmitters,
  ...reductionEmitters,
  ...layoutEmitters,
  ...selectionEmitters,
};

/** Writes the nodes of one step. @returns the placement of its result. */
export function emitStep(emitter: ProgramEmitter, step: ProgramStep): PlacedValue {
  // Each function takes the steps of its operator. The compiler cannot infer this from the union.
  const emit = stepEmitters[step.operator] as (emitter: ProgramEmitter, step: ProgramStep) => PlacedValue;
  return emit(emitter, step);
}
