// Stages of a bundle
export type { ReadGraphModelOptions } from './graph-model/graph-flow.ts';
export { readGraphModel } from './graph-model/read-graph-model.ts';
export type { LoadBundleOptions } from './inference/load-bundle.ts';
export { loadBundle } from './inference/load-bundle.ts';
export type { LoadNetworkOptions } from './inference/load-network.ts';
export { loadNetwork } from './inference/load-network.ts';
export type { LoadStagedModelOptions } from './inference/load-staged-model.ts';
export { loadStagedModel } from './inference/load-staged-model.ts';
export type { TensorflowInference } from './inference/tensorflow-inference.ts';
export type { TfFeatures } from './inference/tf-features.ts';
// Kernels, for inference with the tape and for training
export { installKernels } from './kernels/install-kernels.ts';
export type { TensorflowCore } from './kernels/tensorflow-core.ts';
export { tensorflowKernels } from './kernels/tensorflow-kernels.ts';
// Networks of TensorFlow.js
export { type ReadLayersModelOptions, readLayersModel } from './layers-model/read-layers-model.ts';
// The same, as programs
export { graphModelProgram } from './lower/graph-model-program.ts';
export { layersModelProgram } from './lower/layers-model-program.ts';
export type { NetworkProgram } from './lower/network-program.ts';
// Files of strangers
export { type CheckedModelJson, checkModelJson, type ModelJsonKind } from './model-json/check-model-json.ts';
// The same, in stages with heads, or as a frozen backbone
export { loadHeads } from './network/load-heads.ts';
export { saveHeads } from './network/save-heads.ts';
export { type StageNetworkOptions, stageNetwork } from './network/stage-network.ts';
export type { TensorflowNetwork } from './network/tensorflow-network.ts';
