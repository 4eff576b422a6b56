import { confidenceThreshold, InvalidInputError, type PerExit } from '@ztw/core';

/**
 * Thresholds as a single file takes them.
 * @param exits Number of exits, the last included.
 * @returns one value for all exits, or one for each but the last.
 * @throws InvalidInputError for a value outside 0 to 1, or a list of the wrong length.
 */
export function thresholdValues(threshold: PerExit, exits: number): Float32Array {
  // The policy knows what a threshold may be.
  confidenceThreshold(threshold);
  if (typeof threshold === 'number') return Float32Array.of(threshold);
  if (threshold.length !== exits && threshold.length !== exits - 1) {
    throw new InvalidInputError(
      `Expected one threshold for each of the ${exits - 1} exits before the last one, or for all ${exits}; received ${threshold.length}.`,
    );
  }
  return Float32Array.from(threshold.slice(0, exits - 1));
}
