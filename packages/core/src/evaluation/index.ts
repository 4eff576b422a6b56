// Predictions of all exits on all rows

export {
  costsInMacs,
  type ExitPredictions,
  type PredictionsFromLogitsOptions,
  predictionsFromLogits,
  selectPredictions,
} from './exit-predictions.ts';
export { exitAccuracies } from './exit-accuracy.ts';

// Whether the data fit the network: classes, their order, rows that were seen before

export {
  type BestPermutation,
  type ClassAgreement,
  type ClassAgreementOptions,
  classAgreement,
  confusionMatrix,
  isNearChance,
  type MeasuredAccuracy,
  measuredAccuracy,
  NEAR_CHANCE_SHARE,
} from './class-agreement.ts';
export { clearlyBetter, isMoreOftenRight } from './clearly-better.ts';
export { bestAssignment } from './best-assignment.ts';
export { DEFAULT_INTERVAL_Z, type ShareInterval, wilsonInterval } from './wilson-interval.ts';
export { missingClasses } from './missing-classes.ts';
export { type RowOverlap, rowOverlap, type SeenRows } from './row-overlap.ts';

// Costs of leaving at an exit, in MACs or milliseconds

export {
  type CostUnit,
  costsOfPrices,
  cumulativeCosts,
  type ExitCosts,
  type ExitPrices,
  meanCost,
} from '../costs/exit-costs.ts';
export { type RuntimeKind, defaultRates } from '../costs/default-rates.ts';
export { type DeviceRates, type OperationRate, scaleRates } from '../costs/device-rates.ts';
export { predictMilliseconds } from '../costs/predict-milliseconds.ts';
export { type OperationCost, type OperationKind, operationKinds } from '../costs/operation-cost.ts';
export { checkProfiledStages, exitMilliseconds, profileCosts } from '../profile/device-profile.ts';
export {
  type Contender,
  type InterleaveOptions,
  interleave,
  type TimedContender,
  type TimeShare,
  timeShare,
} from '../profile/interleave.ts';
export { type Timing, timingOf } from '../profile/timing.ts';

// Where rows leave, by a policy at one setting

export { policyAt, type SweptPolicy, specificationAt } from './swept-policy.ts';
export { thresholdGrid } from './threshold-grid.ts';
export { answeredProbabilities, applySetting, type ExitOutcome, summariseExits } from './exit-outcome.ts';
export { type SimulatePolicyOptions, simulatePolicy } from './simulate-policy.ts';

// Accuracy against cost: curves, and their values at a budget

export {
  type CurvePoint,
  type PatienceSweepOptions,
  type PricedPoint,
  patienceSweep,
  type SweepOptions,
  sweep,
  type ThresholdSweepOptions,
  thresholdSweep,
} from './sweep.ts';
export { interpolatedAccuracy, lastBeforeOverspending, lastWithinBudget } from './budget-readoff.ts';
export { type BudgetReading, type BudgetRow, type BudgetTableOptions, budgetTable } from './budget-table.ts';
export { type TimeBudgetRow, type TimeBudgetsOptions, type TimedReading, timeBudgets } from './time-budgets.ts';

// Choosing settings on held-out rows

export {
  type CalibrateOptions,
  type ChooseSettingsOptions,
  type ChosenSetting,
  calibrate,
  chooseSettings,
  chooseSettingsForShares,
} from './calibrate.ts';
export { type CalibrateTimesOptions, calibrateTimes } from './calibrate-times.ts';
export {
  type DroppedExit,
  type PrunedExits,
  type PruneExitsOptions,
  pruneExits,
  type WholeNetwork,
} from './prune-exits.ts';

// Bounds: the best choice of exits in hindsight

export { hindsightImprovability } from './hindsight-improvability.ts';
export { oracleBound } from './oracle-bound.ts';

// Quality of the confidences

export {
  DEFAULT_CALIBRATION_BINS,
  exitExpectedCalibrationErrors,
  exitKsCalibrationErrors,
  expectedCalibrationError,
  ksCalibrationError,
  ksCalibrationErrors,
  ksCalibrationSweep,
} from './calibration-error.ts';
export { auroc } from './auroc.ts';
export { failurePredictionAurocs } from './failure-prediction.ts';
export { type OutOfDistributionPoint, outOfDistributionAurocs, outOfDistributionSweep } from './out-of-distribution.ts';

// The report

export {
  createEvaluationReport,
  type EvaluationReport,
  type ExitReport,
  type MethodReport,
  type MethodTimes,
  policyKindOfRule,
  type ReferencePoint,
  type ReportMethodOptions,
  type ReportPoint,
  reportMethod,
  type SettingsOrigin,
} from './report.ts';
