// Reading and writing ONNX files

export { newestIrVersion, newestOpset, oldestOpset, readModel } from './model/read-model.ts';
export type { OnnxModel } from './model/onnx-model.ts';
export { writeModel } from './model/write-model.ts';

// Analysing a network

export {
  type AnalysedNode,
  type AnalyseGraphOptions,
  type AnalysisSource,
  analyseGraph,
  type GraphAnalysis,
} from './analysis/analyse-graph.ts';
export type { NetworkInput } from './analysis/choose-ports.ts';
export type { Cut, CutTensor, RejectedCut } from './analysis/cut.ts';
export { type ExpectedPixels, expectedPixels, type PixelRange } from './analysis/expected-pixels.ts';

// Choosing cuts

export { chooseCuts, sdnFractions } from './cuts/choose-cuts.ts';
export type { CutSelection } from './cuts/cut-selection.ts';
export { parseCutSelection } from './cuts/parse-cut-selection.ts';

// Segments, and ONNX files of segments, heads, ensembles and stages

export { splitGraph } from './segment/split-graph.ts';
export { segmentOperations } from './analysis/count-operations.ts';
export type { Segment } from './segment/segment.ts';
export {
  type EmitFeatureSegmentOptions,
  emitFeatureSegment,
  type FeatureSegmentModel,
} from './emit/emit-feature-segment.ts';
export { type EmitOptions, emitStage, type StageModel } from './emit/emit-stage.ts';
export { type EmitHeadOptions, emitHead } from './emit/emit-head.ts';
export { type EmitEnsembleOptions, emitEnsemble } from './emit/emit-ensemble.ts';
export {
  type BundleRuntimes,
  bundleRuntimes,
  type CompiledNetwork,
  type CompileNetworkOptions,
  compileNetwork,
} from './emit/compile-network.ts';

// Translating stages to programs, and programs to ONNX

export {
  type EmitStageProgramOptions,
  type EmittedStageProgram,
  emitStageProgram,
} from './to-program/emit-stage-program.ts';
export { type ProgramToOnnxOptions, programToOnnx } from './from-program/program-to-onnx.ts';

// Exporting a bundle as one ONNX file

export { type ExportBundleOptions, exportBundle, type SingleFileForm } from './export/export-bundle.ts';
export type { SingleFileOptions } from './export/single-file-options.ts';
export { emitAllExits, exitLogitsName } from './export/emit-all-exits.ts';
export { emitBatchIf } from './export/emit-batch-if.ts';
export { emitNestedIf } from './export/emit-nested-if.ts';

// Optimising the stages of a bundle for one machine

export { type GraphOptimiser, optimiseBundle } from './export/optimise-bundle.ts';
