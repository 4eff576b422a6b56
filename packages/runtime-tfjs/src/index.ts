// Inference of bundles

export type { TensorflowInference } from './inference/tensorflow-inference.ts';
export type { LoadBundleOptions, LoadStagedModelOptions } from './inference/load-bundle.ts';
export { loadBundle, loadStagedModel } from './inference/load-bundle.ts';
export type { LoadNetworkOptions } from './inference/load-network.ts';
export { loadNetwork } from './inference/load-network.ts';

// Networks of TensorFlow.js: reading them, cutting them, running them in stages or segments

export type { ReadGraphModelOptions } from './graph-model/graph-flow.ts';
export { readGraphModel } from './graph-model/read-graph-model.ts';
export { type ReadLayersModelOptions, readLayersModel } from './layers-model/read-layers-model.ts';
export type { NetworkCut, TensorflowNetwork } from './network/tensorflow-network.ts';
export { chooseNetworkCuts, type NetworkCutSelection } from './network/choose-network-cuts.ts';
export { type StageNetworkOptions, stageNetwork } from './network/stage-network.ts';
export { type SegmentNetworkOptions, segmentNetwork } from './network/segment-network.ts';

// The same networks as programs

export { graphModelProgram } from './lower/graph-model-program.ts';
export { layersModelProgram } from './lower/layers-model-program.ts';
export type { NetworkProgram } from './lower/network-program.ts';

// The same, of strangers: their files before they are loaded

export { type CheckedModelJson, checkModelJson, type ModelJsonKind } from './model-json/check-model-json.ts';

// Training: kernels, and heads for new classes, in this thread or in a worker

export { tensorflowKernels } from './kernels/tensorflow-kernels.ts';
export type { TensorflowCore } from './kernels/tensorflow-core.ts';
export { installKernels } from './kernels/install-kernels.ts';
export {
  type LabelledRows,
  type NewClassesJob,
  type NewClassesResult,
  newClassesDefaults,
} from './personalise/new-classes-job.ts';
export { type TrainNewClassesOptions, trainNewClasses } from './personalise/train-new-classes.ts';
export { type TrainInWorkerOptions, trainInWorker } from './worker/train-in-worker.ts';
export type { NetworkHeads } from './personalise/network-heads.ts';
export { saveHeads } from './personalise/save-heads.ts';
export { loadHeads } from './personalise/load-heads.ts';
