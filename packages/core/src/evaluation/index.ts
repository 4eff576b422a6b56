export { auroc } from './auroc.ts';
export { bestAssignment } from './best-assignment.ts';
export { interpolatedAccuracy, lastBeforeOverspending, lastWithinBudget } from './budget-readoff.ts';
export { type BudgetReading, type BudgetRow, type BudgetTableOptions, budgetTable } from './budget-table.ts';
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
  DEFAULT_CALIBRATION_BINS,
  exitExpectedCalibrationErrors,
  exitKsCalibrationErrors,
  expectedCalibrationError,
  ksCalibrationError,
  ksCalibrationErrors,
  ksCalibrationSweep,
} from './calibration-error.ts';
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
export { exitAccuracies } from './exit-accuracy.ts';
export { answeredProbabilities, applySetting, type ExitOutcome, summariseExits } from './exit-outcome.ts';
export {
  costsInMacs,
  type ExitPredictions,
  type PredictionsFromLogitsOptions,
  predictionsFromLogits,
  selectPredictions,
} from './exit-predictions.ts';
export { failurePredictionAurocs } from './failure-prediction.ts';
export { hindsightImprovability } from './hindsight-improvability.ts';
export { missingClasses } from './missing-classes.ts';
export { oracleBound } from './oracle-bound.ts';
export { type OutOfDistributionPoint, outOfDistributionAurocs, outOfDistributionSweep } from './out-of-distribution.ts';
export {
  type DroppedExit,
  type PrunedExits,
  type PruneExitsOptions,
  pruneExits,
  type WholeNetwork,
} from './prune-exits.ts';
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
export { type RowOverlap, rowOverlap, type SeenRows } from './row-overlap.ts';
export { type SimulatePolicyOptions, simulatePolicy } from './simulate-policy.ts';
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
export { policyAt, type SweptPolicy, specificationAt } from './swept-policy.ts';
export { thresholdGrid } from './threshold-grid.ts';
export { type TimeBudgetRow, type TimeBudgetsOptions, type TimedReading, timeBudgets } from './time-budgets.ts';
export { DEFAULT_INTERVAL_Z, type ShareInterval, wilsonInterval } from './wilson-interval.ts';
