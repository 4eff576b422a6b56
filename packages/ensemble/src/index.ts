// Combining predictions as exits are reached

export { arithmeticEnsemble } from './combine/arithmetic-ensemble.ts';
export { combineExits } from './combine/combine-exits.ts';
export { ensembleFromSpecification } from './combine/ensemble-from-specification.ts';
export { type EqualWeightsOptions, equalWeights, equalWeightsDefaults } from './combine/equal-weights.ts';
export { geometricEnsemble } from './combine/geometric-ensemble.ts';
export type { RecycledPredictions } from './combine/recycled-predictions.ts';
export { validateEnsemble } from './combine/validate-ensemble.ts';

// Fitting the weights

export {
  type EnsembleFit,
  type ExitFit,
  type FitEnsembleOptions,
  fitEnsemble,
  fitEnsembleDefaults,
  referenceFitOptions,
} from './fit/fit-ensemble.ts';
export type { Hold } from './fit/safe/hold.ts';
export type { Candidate } from './fit/safe/candidates.ts';
export type { PairedDifference } from './fit/safe/judged-exits.ts';
export type { SafeFitReport } from './fit/safe/choose-candidate.ts';
