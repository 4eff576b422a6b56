// The injected runtime

// Inference

// Training
export type { FeatureSegment, SegmentedBackboneOptions } from './backbone/segmented-backbone.ts';
export { createSegmentedBackbone } from './backbone/segmented-backbone.ts';
export { type OnnxBackend, type OnnxBackendOptions, onnxBackend } from './backend/onnx-backend.ts';
export type { LoadBundleOptions } from './bundle/load-bundle.ts';
export { loadBundle } from './bundle/load-bundle.ts';
export type { LoadStagedModelOptions } from './bundle/load-staged-model.ts';
export { loadStagedModel } from './bundle/load-staged-model.ts';
// Whichever way is fastest
export type { CreateExecutorOptions, SingleFileRequest } from './executor/create-executor.ts';
export { createExecutor } from './executor/create-executor.ts';
export { describeNetworks } from './executor/describe-networks.ts';
export type { ExecuteOptions, Executor, ExecutorKind } from './executor/executor.ts';
export type { OnnxRuntime, SessionSettings } from './ort/onnx-runtime.ts';
export { defaultSessionSettings } from './ort/onnx-runtime.ts';
// Shapes of a graph
export type { GraphProbeOptions } from './probe/graph-probe.ts';
export { createGraphProbe } from './probe/graph-probe.ts';
export type { LoadNetworkOptions } from './staged/load-network.ts';
export { loadNetwork } from './staged/load-network.ts';
export type { OnnxFeatures } from './staged/onnx-features.ts';
// Comparison
export type { WholeModel, WholeModelOptions } from './whole/whole-model.ts';
export { wholeModel } from './whole/whole-model.ts';
// In a worker
export type { LoadBundleInWorkerOptions } from './worker/load-bundle-in-worker.ts';
export { loadBundleInWorker } from './worker/load-bundle-in-worker.ts';
export type { RemoteFeatures } from './worker/remote-model.ts';
