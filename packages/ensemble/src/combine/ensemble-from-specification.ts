import type { Ensemble, EnsembleSpecification } from '@ztw/core';
import { arithmeticEnsemble } from './arithmetic-ensemble.ts';
import { geometricEnsemble } from './geometric-ensemble.ts';
import type { RecycledPredictions } from './recycled-predictions.ts';
import { validateEnsemble } from './validate-ensemble.ts';

/**
 * The ensemble of a specification, for example from a bundle.
 * @throws InvalidModelError if the specification is invalid.
 */
export function ensembleFromSpecification(specification: EnsembleSpecification): Ensemble<RecycledPredictions> {
  validateEnsemble(specification);
  return specification.kind === 'geometric' ? geometricEnsemble(specification) : arithmeticEnsemble(specification);
}
