import type { Tensor } from '@tensorflow/tfjs-core';
import { InvalidInputError } from '@ztw/core';

interface FeatureTensors {
  /** One per tensor of the cut, first axis the rows; nobody else holds them. */
  readonly tensors: readonly Tensor[];
  readonly rows: number;
  /** The stage that they go into. */
  readonly stageIndex: number;
}

/** Features between two stages, in the backend's memory. Opaque to everybody but the model that made them, and used up once. */
export class TfFeatures {
  #content: FeatureTensors | null;

  constructor(content: FeatureTensors) {
    this.#content = content;
  }

  /**
   * What is inside; it stays there.
   * @throws InvalidInputError when the features were used up or released before.
   */
  content(): FeatureTensors {
    if (this.#content === null) {
      throw new InvalidInputError(
        'These features were consumed or released before. Use those that the last runStage or keepRows returned.',
      );
    }
    return this.#content;
  }

  /**
   * Hands the tensors over to the caller.
   * @throws InvalidInputError when they were used up or released before.
   */
  take(): FeatureTensors {
    const content = this.content();
    this.#content = null;
    return content;
  }

  /** Frees the tensors; does nothing when they are gone already. */
  drop(): void {
    for (const tensor of this.#content?.tensors ?? []) tensor.dispose();
    this.#content = null;
  }
}
