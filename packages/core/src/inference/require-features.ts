import { RuntimeFailureError } from '../errors/errors.ts';

/**
 * The features that the next stage needs.
 * @throws RuntimeFailureError where a stage before the last one has returned none.
 */
export function requireFeatures<Features>(features: Features | null, stageIndex: number): Features {
  if (features === null) {
    throw new RuntimeFailureError(
      `Expected features to run stage ${stageIndex} on; received none. ` +
        'A runtime returns features from every stage but the last.',
    );
  }
  return features;
}
