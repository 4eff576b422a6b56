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
 * The exits of a specification, checked to have the given kind.
 * @throws InvalidModelError if the specification is invalid.
 * @throws InvalidInputError if it has another kind.
 */
export function combinedExits(
  specification: EnsembleSpecification,
  kind: EnsembleSpecification['kind'],
): readonly (CombinedExit | null)[] {
  validateEnsemble(specification);
  if (specification.kind !== kind) {
    throw new InvalidInputError(
      `Expected the specification of a ${kind} ensemble; received a ${specification.kind} one.`,
      { expected: kind, received: specification.kind, path: 'kind' },
    );
  }
  return specification.exits.map(
    (exit) => exit && { factors: Float64Array.from(exit.weights, Math.exp), bias: Float64Array.from(exit.bias) },
  );
}

/**
 * Checks the number of classes of a model.
 * @throws InvalidInputError
 */
export function requireClasses(specification: EnsembleSpecification, classes: number): void {
  if (classes !== specification.classes) {
    throw new InvalidInputError(
      `Expected a model with ${specification.classes} classes, as the ensemble has; received ${classes}.`,
      { expected: specification.classes, received: classes, path: 'classes' },
    );
  }
}

/**
 * One exit's values; null if it answers alone.
 * @throws InvalidInputError if the ensemble does not have this exit.
 */
export function exitAt(exits: readonly (CombinedExit | null)[], exitIndex: number): CombinedExit | null {
  const exit = exits[exitIndex];
  if (exit === undefined) {
    throw new InvalidInputError(
      `Expected one of the ${exits.length} exits of the ensemble, from 0; received the logits of exit ${exitIndex}.`,
      { expected: `0 to ${exits.length - 1}`, received: exitIndex, path: 'exitIndex' },
    );
  }
  return exit;
}
