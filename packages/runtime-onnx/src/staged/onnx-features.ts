// Features between two stages: host arrays that are handed from stage to stage and used up on the way.

import { InvalidInputError } from '@ztw/core';

interface FeatureRowsOnHost {
  /** One array per tensor, `[rows, ...rowShape]`; nobody else holds them, so they may be written to. */
  readonly tensors: readonly Float32Array[];
  readonly rows: number;
  /** The stage that they go into. */
  readonly stageIndex: number;
}

/** Opaque to everybody but the model that made it. */
export class OnnxFeatures {
  #content: FeatureRowsOnHost | null;

  constructor(content: FeatureRowsOnHost) {
    this.#content = content;
  }

  /**
   * Uses the features up.
   * @throws InvalidInputError when they were used up or released before.
   */
  take(): FeatureRowsOnHost {
    const content = this.#content;
    if (content === null) {
      throw new InvalidInputError(
        'These features were consumed or released before. Use those that the last runStage or keepRows returned.',
      );
    }
    this.#content = null;
    return content;
  }

  /** Drops the content; does nothing when it is gone already. */
  drop(): void {
    this.#content = null;
  }
}
