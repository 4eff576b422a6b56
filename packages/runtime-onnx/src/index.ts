// The injected ONNX Runtime

export type { OnnxRuntime, SessionSettings } from './ort/onnx-runtime.ts';
export { defaultSessionSettings } from './ort/onnx-runtime.ts';

// The runtime of a classifier: loadClassifier(source, onnx(ort))

export { onnx } from './classifier/onnx.ts';

// Shapes of a graph, before it is cut

export type { GraphProbeOptions } from './probe/graph-probe.ts';
export { createGraphProbe } from './probe/graph-probe.ts';

// Training

export type { FeatureSegment, SegmentedBackboneOptions } from './backbone/segmented-backbone.ts';
export { createSegmentedBackbone } from './backbone/segmented-backbone.ts';
export { type OnnxBackendOptions, type OnnxRuntimeBackend, onnxBackend } from './backend/onnx-backend.ts';

// Inference, stage by stage

export type { LoadNetworkOptions } from './staged/load-network.ts';
export { loadNetwork } from './staged/load-network.ts';
export type { LoadBundleOptions, LoadStagedModelOptions } from './bundle/load-bundle.ts';
export { loadBundle, loadStagedModel } from './bundle/load-bundle.ts';

// Inference in a worker

export type { LoadBundleInWorkerOptions } from './worker/load-bundle-in-worker.ts';
export { loadBundleInWorker } from './worker/load-bundle-in-worker.ts';

// Inference, in stages or as one file

export type { ExecuteOptions, Executor, ExecutorKind } from './executor/executor.ts';
export type { CreateExecutorOptions, SingleFileRequest } from './executor/create-executor.ts';
export { createExecutor } from './executor/create-executor.ts';
export { describeNetworks } from './executor/describe-networks.ts';

// The uncut network, for comparison

export type { WholeModel, WholeModelOptions } from './whole/whole-model.ts';
export { wholeModel } from './whole/whole-model.ts';
