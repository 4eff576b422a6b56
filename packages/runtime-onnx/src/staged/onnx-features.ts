// Features between two stages: host arrays that are handed from stage to stage and used up on the way.

import { InvalidInputError, joinRows } from '@ztw/core';

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

/**
 * Rows of several runs behind one another. Uses all parts up, also when it fails.
 * @throws InvalidInputError when a part was used up before, when they go into different stages, and when there is none.
 */
export function joinFeatures(parts: readonly OnnxFeatures[]): OnnxFeatures {
  try {
    const contents = parts.map((part) => part.take());
    const [first] = contents;
    if (first === undefined || contents.some(({ stageIndex }) => stageIndex !== first.stageIndex)) {
      const stages = contents.map(({ stageIndex }) => stageIndex);
      throw new InvalidInputError(
        `concatRows joins rows that go into one stage, at least one set; these go into [${stages.join(', ')}].`,
      );
    }
    return new OnnxFeatures({
      stageIndex: first.stageIndex,
      rows: contents.reduce((rows, content) => rows + content.rows, 0),
      tensors: first.tensors.map((_, position) =>
        joinRows(contents.map(({ tensors }) => tensors[position] as Float32Array)),
      ),
    });
  } finally {
    for (const part of parts) part.drop();
  }
}
