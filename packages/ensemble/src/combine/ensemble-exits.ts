import { type EnsembleSpecification, InvalidInputError } from '@ztw/core';
import { validateEnsemble } from './validate-ensemble.ts';

/** Learned values of one exit, ready for the inner loops. */
export interface CombinedExit {
  /** `exp(w_{m,j})`, one per exit `j <= m`. */
  readonly factors: Float64Array;
  /** `b_m` as given, one per class. */
  readonly bias: Float64Array;
}

/**
 * Exits of a specification of one kind.
 * @throws InvalidModelError where the specification is not whole.
 * @throws InvalidInputError where it is of another kind.
 */
export function combinedExits(
  specification: EnsembleSpecification,
  kind: EnsembleSpecification['kind'],
): readonly (CombinedExit | null)[] {
  validateEnsemble(specification);
  if (specification.kind !== kind) {
    throw new InvalidInputError(
      `Expected the specification of a ${kind} ensemble, received a ${specification.kind} one.`,
    );
  }
  return specification.exits.map(
    (exit) => exit && { factors: Float64Array.from(exit.weights, Math.exp), bias: Float64Array.from(exit.bias) },
  );
}

/**
 * Checks the number of classes that a model brings.
 * @throws InvalidInputError
 */
export function requireClasses(specification: EnsembleSpecification, classes: number): void {
  if (classes !== specification.classes) {
    throw new InvalidInputError(
      `The ensemble was made for ${specification.classes} classes, the model has ${classes}.`,
    );
  }
}

/**
 * One exit's values; null where it answers alone.
 * @throws InvalidInputError for an exit that the ensemble does not know.
 */
export function exitAt(exits: readonly (CombinedExit | null)[], exitIndex: number): CombinedExit | null {
  const exit = exits[exitIndex];
  if (exit === undefined) {
    throw new InvalidInputError(
      `The ensemble was made for ${exits.length} exits, but got the logits of exit ${exitIndex}.`,
    );
  }
  return exit;
}
