// The program, and reading one

export { parseTensorProgram } from './parse-tensor-program.ts';
export type { ProgramPort, TensorProgram } from './tensor-program.ts';

// Its steps

export type { BinaryStep, ProgramBinaryFunction, ProgramFunction } from './steps/elementwise.ts';
export type { DenseStep } from './steps/products.ts';
export { type ProgramOperator, type ProgramStep, type StepOf, stepReads } from './steps/program-steps.ts';
export type { ProgramReduction, ReduceStep } from './steps/reductions.ts';
export type { SliceStep } from './steps/selection.ts';
export type { ProgramActivation, ProgramSize } from './steps/step-fields.ts';
export type { ConvolutionStep, PoolStep } from './steps/windows.ts';

// Writing one

export { channelsLastOrder, naturalOrder, sameOrder } from './write/axis-order.ts';
export { closeProgram, encodeTensorProgram, type WrittenProgram } from './write/close-program.ts';
export { permuteAxes, readStrided } from './write/permute-axes.ts';
export { createProgramWriter, type NewStep, type ProgramWriter, stepShape } from './write/program-writer.ts';
export {
  fixedSize,
  fixedSizes,
  fixedValue,
  fixedValues,
  product,
  quotient,
  type Size,
  sameSize,
} from './write/size.ts';
export { storedAxis, storedShape, type TensorValue } from './write/tensor-value.ts';

// Making one smaller, with the same results

export { dropSoftmax, type WithoutSoftmax } from './passes/drop-softmax.ts';
export { foldPads } from './passes/fold-pads.ts';
export { foldScales } from './passes/fold-scales.ts';
export type { ProgramBody } from './passes/program-body.ts';
export { simplifySteps } from './passes/simplify-steps.ts';
