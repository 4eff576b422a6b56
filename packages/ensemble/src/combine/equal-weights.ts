import { type EnsembleExit, type EnsembleSpecification, InvalidInputError } from '@ztw/core';

export interface EqualWeightsOptions {
  /** Whether the last exit, the backbone's own classifier, has an ensemble or answers alone. Default true. */
  readonly includeFinal?: boolean;
}

/** The defaults of `equalWeights`. */
export const equalWeightsDefaults: Readonly<Required<EqualWeightsOptions>> = { includeFinal: true };

/** The arithmetic ensemble adds `exp(b)` to the masses; `exp(-50)` is 2e-22, in effect 0. */
const negligibleBias = -50;

/**
 * An ensemble without a fit. Every exit takes the plain mean of all predictions so far: of log-probabilities
 * (geometric) or of probabilities (arithmetic).
 * @param exits Number of exits, over all networks of a chain.
 * @throws InvalidInputError if a count is not a positive integer.
 */
export function equalWeights(
  kind: EnsembleSpecification['kind'],
  exits: number,
  classes: number,
  options: EqualWeightsOptions = {},
): EnsembleSpecification {
  const { includeFinal } = { ...equalWeightsDefaults, ...options };
  for (const count of [exits, classes]) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new InvalidInputError(`Expected positive numbers of exits and classes; received ${exits} and ${classes}.`, {
        expected: 'positive integers',
        received: { exits, classes },
      });
    }
  }
  const bias = new Array<number>(classes).fill(kind === 'geometric' ? 0 : negligibleBias);
  const exitAt = (exitIndex: number): EnsembleExit | null =>
    exitIndex === exits - 1 && !includeFinal ? null : { weights: new Array<number>(exitIndex + 1).fill(0), bias };
  return {
    specificationVersion: 'v1',
    kind,
    classes,
    exits: Array.from({ length: exits }, (_, exitIndex) => exitAt(exitIndex)),
  };
}
