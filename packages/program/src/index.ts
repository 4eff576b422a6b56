// The format: a program and its steps

export type { ProgramPort, TensorProgram } from './tensor-program.ts';
export { type ProgramOperator, type ProgramStep, type StepOf, stepReads } from './steps/program-steps.ts';
export type { ProgramActivation, ProgramSize } from './steps/step-fields.ts';
export type { ConvolutionStep, PoolStep } from './steps/windows.ts';
export type { DenseStep } from './steps/products.ts';
export type { BinaryStep, ProgramBinaryFunction, ProgramFunction } from './steps/elementwise.ts';
export type { ProgramReduction, ReduceStep } from './steps/reductions.ts';
export type { SliceStep } from './steps/selection.ts';

// Weights: views of stored tensors

export { type ProgramWeight, readWeight } from './weights/program-weights.ts';
export { type WeightView, wholeView } from './weights/weight-view.ts';

// Writing: the writer, tensors with axis orders, sizes

export { createProgramWriter, type NewStep, type ProgramWriter, programShape } from './write/program-writer.ts';
export { storedAxis, storedShape, type TensorValue } from './write/tensor-value.ts';
export { channelsLastOrder, naturalOrder, sameOrder } from './write/axis-order.ts';
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
export type { StoredWeight } from './write/stored-weight.ts';
export { permuteAxes, readStrided } from './write/permute-axes.ts';

// Passes: fewer steps with the same results

export type { ProgramBody } from './passes/program-body.ts';
export { simplifySteps } from './passes/simplify-steps.ts';
export { dropSoftmax, type WithoutSoftmax } from './passes/drop-softmax.ts';
export { foldPads } from './passes/fold-pads.ts';
export { foldScales } from './passes/fold-scales.ts';

// The finished program, its file, reading it, and inferring its shapes

export { closeProgram, encodeTensorProgram, type WrittenProgram } from './write/close-program.ts';
export { type ParsedProgram, parseTensorProgram } from './parse-tensor-program.ts';
export { type InferProgramShapesOptions, inferProgramShapes } from './shapes/infer-program-shapes.ts';
