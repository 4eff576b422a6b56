// From ONNX networks, or networks of TensorFlow.js as programs, to the files of a bundle. The main entry knows no ONNX.

// Defaults
export { bundleDefaults } from './bundle-defaults.ts';
// What is told on the way
export type {
  BundleEvent,
  ExitsDroppedEvent,
  MeasuringEvent,
  NetworkRunningEvent,
  NetworkTrainingEvent,
  OnnxOnlyEvent,
  TakenOverEvent,
} from './bundle-event.ts';
export { type ChainDescription, describeChain } from './chain-description.ts';
export {
  type BundleContent,
  type BundleFacts,
  type BundleReport,
  type CalibrationOptions,
  type MadeBundle,
  type MakeBundlesOptions,
  makeBundles,
} from './make-bundles.ts';
export { type NetworkPlan, type PlanNetworkOptions, planNetwork } from './network-plan.ts';
// Step by step: a network, its plan, what networks of a chain have in common, bundles
export { type NetworkSource, type OnnxNetwork, type OpenNetworkOptions, openNetwork } from './onnx-network.ts';
export type { PruningOptions } from './pruning/create-pruner.ts';
export type { ExitTimes, StageTimes } from './time-exits.ts';
// In one call
export { type TrainableSource, type TrainBundleOptions, type TrainedBundle, trainBundle } from './train-bundle.ts';
// The yardstick
export { openWholeNetwork } from './whole-network.ts';
