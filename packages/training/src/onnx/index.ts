// From networks (ONNX files, or TensorFlow.js networks as programs) to the files of a bundle. The main entry does not
// load ONNX code.

// In one call

export { bundleDefaults } from './bundle-defaults.ts';
export { type TrainableSource, type TrainBundleOptions, type TrainedBundle, trainBundle } from './train-bundle.ts';

// The backend that runs ONNX files

export type { BackboneSegment, BackboneSegments, OnnxBackend, OpenNetwork, UncutNetwork } from './onnx-backend.ts';

// Step by step: networks, plans, chains

export { type ChainDescription, describeChain } from './chain-description.ts';
export { type NetworkPlan, type PlanNetworkOptions, planNetwork } from './network-plan.ts';
export { type DefaultHeads, defaultHeads } from './default-heads.ts';
export {
  type HeadsReport,
  type ReportedCost,
  type ReportedDesign,
  type ReportedHead,
  reportHeads,
} from './heads-report.ts';
export { type MeasureRatesOptions, measureRates } from './measure-rates.ts';
export { type PlanPrediction, type PredictedStage, type PredictPlanOptions, predictPlan } from './predict-plan.ts';
export { type NetworkSource, type OnnxNetwork, type OpenNetworkOptions, openNetwork } from './onnx-network.ts';
export { openWholeNetwork } from './whole-network.ts';
export {
  type AgreementRows,
  type NetworkAgreementOptions,
  networkAgreement,
  networkAgreementDefaults,
  type NetworkAnswers,
  networkAnswers,
} from './network-agreement.ts';

// From plans to bundles

export {
  type BundleContent,
  type BundleFacts,
  type BundleReport,
  type CalibrationOptions,
  type MadeBundle,
  type MakeBundlesOptions,
  makeBundles,
} from './make-bundles.ts';
export type { PruningOptions } from './pruning/create-pruner.ts';
export type { StageTimes } from './stage-times.ts';
export type { ExitTimes } from './time-exits.ts';

// Progress events

export type {
  BundleEvent,
  ExitsDroppedEvent,
  HeadsPlannedEvent,
  MeasuringEvent,
  NetworkRunningEvent,
  NetworkTrainingEvent,
  OnnxOnlyEvent,
  TakenOverEvent,
} from './bundle-event.ts';
