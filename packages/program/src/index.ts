export { parseStageProgram } from './parse-stage-program.ts';
export { type InferProgramShapesOptions, inferProgramShapes } from './shapes/infer-program-shapes.ts';
export type {
  BinaryStep,
  ConvolutionStep,
  DenseStep,
  PoolStep,
  ProgramActivation,
  ProgramBinaryFunction,
  ProgramFunction,
  ProgramPort,
  ProgramSize,
  ProgramStep,
  ReduceStep,
  SliceStep,
  StageProgram,
} from './stage-program.ts';
export { stepReads } from './step-reads.ts';
