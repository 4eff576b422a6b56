// Training

// Inference

// Features

export type { ReadGraphModelOptions } from './graph-model/graph-flow.ts';
export { readGraphModel } from './graph-model/read-graph-model.ts';
export type { LoadBundleOptions, LoadStagedModelOptions } from './inference/load-bundle.ts';
export { loadBundle, loadStagedModel } from './inference/load-bundle.ts';
export type { LoadNetworkOptions } from './inference/load-network.ts';
export { loadNetwork } from './inference/load-network.ts';
export type { TensorflowInference } from './inference/tensorflow-inference.ts';
// Kernels
export { installKernels } from './kernels/install-kernels.ts';
export type { TensorflowCore } from './kernels/tensorflow-core.ts';
// Networks of TensorFlow.js
export { type ReadLayersModelOptions, readLayersModel } from './layers-model/read-layers-model.ts';
// The same, as programs
export { graphModelProgram } from './lower/graph-model-program.ts';
export { layersModelProgram } from './lower/layers-model-program.ts';
export type { NetworkProgram } from './lower/network-program.ts';
// Files of strangers
export { type CheckedModelJson, checkModelJson, type ModelJsonKind } from './model-json/check-model-json.ts';
export { chooseNetworkCuts, type NetworkCutSelection } from './network/choose-network-cuts.ts';
export { type SegmentNetworkOptions, segmentNetwork } from './network/segment-network.ts';
export { type StageNetworkOptions, stageNetwork } from './network/stage-network.ts';
export type { NetworkCut, TensorflowNetwork } from './network/tensorflow-network.ts';
// Heads for new classes, in this thread or in a worker
export { loadHeads } from './personalise/load-heads.ts';
export type { NetworkHeads } from './personalise/network-heads.ts';
export {
  type LabelledRows,
  type NewClassesJob,
  type NewClassesResult,
  newClassesDefaults,
} from './personalise/new-classes-job.ts';
export { saveHeads } from './personalise/save-heads.ts';
export { type TrainNewClassesOptions, trainNewClasses } from './personalise/train-new-classes.ts';

// Storage

export { tensorflowKernels } from './kernels/tensorflow-kernels.ts';
export { type TrainInWorkerOptions, trainInWorker } from './worker/train-in-worker.ts';
