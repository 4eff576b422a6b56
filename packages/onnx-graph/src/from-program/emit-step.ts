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

/** Writes the nodes of one step, and says where its result stands. */
export function emitStep(emitter: ProgramEmitter, step: ProgramStep): PlacedValue {
  // An operator's function takes the steps of that operator, which the compiler does not see through the union.
  const emit = stepEmitters[step.operator] as (emitter: ProgramEmitter, step: ProgramStep) => PlacedValue;
  return emit(emitter, step);
}
