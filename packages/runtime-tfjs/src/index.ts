// Inference of bundles

export type { TensorflowInference } from './inference/tensorflow-inference.ts';
export type { LoadBundleOptions, LoadStagedModelOptions } from './inference/load-bundle.ts';
export { loadBundle, loadStagedModel } from './inference/load-bundle.ts';
export type { LoadNetworkOptions } from './inference/load-network.ts';
export { loadNetwork } from './inference/load-network.ts';

// The runtime of a classifier: loadClassifier(source, tfjs(tf))

export { type TensorflowModule, tfjs } from './classifier/tfjs.ts';

// Networks of TensorFlow.js: reading them, and running them in stages with heads

export type { ReadGraphModelOptions } from './graph-model/graph-flow.ts';
export { readGraphModel } from './graph-model/read-graph-model.ts';
export { type ReadLayersModelOptions, readLayersModel } from './layers-model/read-layers-model.ts';
export type { TensorflowNetwork } from './network/tensorflow-network.ts';
export { type StageNetworkOptions, stageNetwork } from './network/stage-network.ts';
export { saveHeads } from './network/save-heads.ts';
export { loadHeads } from './network/load-heads.ts';

// The same networks as programs

export { graphModelProgram } from './lower/graph-model-program.ts';
export { layersModelProgram } from './lower/layers-model-program.ts';
export type { NetworkProgram } from './lower/network-program.ts';

// Files of networks, checked before TensorFlow.js loads them

export { type CheckedModelJson, checkModelJson, type ModelJsonKind } from './model-json/check-model-json.ts';

// Kernels for training

export type { TensorflowCore } from './kernels/tensorflow-core.ts';
export { installKernels } from './kernels/install-kernels.ts';
export { tensorflowKernels } from './kernels/tensorflow-kernels.ts';
