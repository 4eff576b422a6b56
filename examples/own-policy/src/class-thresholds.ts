import { argMax, type ExitPolicy, InvalidInputError } from '@ztw/core';

/**
 * A row leaves where its most probable class passes the threshold of that class: `probability > thresholds[class]`. Use
 * it where mistakes in some classes cost more than in others.
 * @param thresholds One per class, 0 to 1.
 * @throws InvalidInputError for a threshold outside that range.
 */
export function classThresholds(thresholds: readonly number[]): ExitPolicy<null> {
  const wrong = thresholds.find((threshold) => !(threshold >= 0 && threshold <= 1));
  if (wrong !== undefined) {
    throw new InvalidInputError(`Expected thresholds from 0 to 1; received ${wrong}.`, {
      expected: '0 to 1',
      received: wrong,
    });
  }
  return {
    specificationVersion: 'v1',
    name: `classThresholds(${thresholds.join(', ')})`,
    init: () => null,
    update: (state, { rows, classes, probabilities }) => {
      const exits = Uint8Array.from({ length: rows }, (_, row) => {
        const label = argMax(probabilities, row * classes, classes);
        return (probabilities[row * classes + label] as number) > (thresholds[label] ?? 1) ? 1 : 0;
      });
      return { state, exits };
    },
    keepRows: (state) => state,
  };
}
