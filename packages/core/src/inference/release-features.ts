import type { StagedModel } from '../contract/staged-model.ts';
import { DisposedError } from '../errors/errors.ts';

/** Frees features, also where the model was disposed in the meantime and has freed them already. */
export function releaseFeatures<Features>(model: StagedModel<Features>, features: Features): void {
  try {
    model.release(features);
  } catch (error) {
    if (!DisposedError.isInstance(error)) throw error;
  }
}
