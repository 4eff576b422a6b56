export { ConformanceError } from './conformance/checks.ts';
export { conformanceCases } from './conformance/conformance-cases.ts';
export {
  type ConformanceCase,
  type ConformanceOutcome,
  type ConformanceSubject,
  conformanceTolerance,
  type Tolerance,
} from './conformance/conformance-subject.ts';
export { type ConformanceReport, formatConformanceTable } from './conformance/format-conformance-table.ts';
export { formatConformance, runConformance, runConformanceCase } from './conformance/run-conformance.ts';
export {
  type HostFeatures,
  HostModel,
  type HostModelOptions,
  type HostStage,
  type HostStageOutput,
} from './host-model.ts';
export { referenceModel } from './reference-model.ts';
export { type ReferenceHead, type ReferenceNetwork, type ReferenceSegment, wholeLogits } from './reference-network.ts';
export { type ReplayExit, type ReplayModelOptions, replayModel, rowNumbers } from './replay-model.ts';
export { type SeededNetworkOptions, seededInputShape, seededNetwork, seededNetworkDefaults } from './seeded-network.ts';
export { seededValues } from './seeded-values.ts';
