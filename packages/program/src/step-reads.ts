import type { ProgramStep } from './stage-program.ts';

/** Names that a step reads: inputs and outputs of earlier steps, and stored weights. Repeats are kept. */
export function stepReads(step: ProgramStep): readonly string[] {
  switch (step.operator) {
    case 'conv2d':
    case 'depthwise-conv2d':
      return [step.input, step.filter, ...(step.bias === null ? [] : [step.bias])];
    case 'dense':
    case 'layer-norm':
      return [step.input, step.weight, ...(step.bias === null ? [] : [step.bias])];
    case 'matmul':
    case 'binary':
      return [step.left, step.right];
    case 'concat':
      return step.inputs;
    default:
      return [step.input];
  }
}
