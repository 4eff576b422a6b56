// Features between two stages: host arrays that are handed from stage to stage and used up on the way. Which rows stay, and which
// runs join, is only noted down; rows are moved once, when a stage reads them.

import { InvalidInputError } from '@ztw/core';
import type { BufferPool } from '../rows/buffer-pool.ts';
import { checkKeptRows, compactRows, gatherRows } from '../rows/compact-rows.ts';

/** What one run of a stage returned. */
interface FeaturePart {
  /** One array per tensor, `[rows, ...rowShape]`; nobody else holds them, so they may be written to. */
  readonly tensors: readonly Float32Array[];
  readonly rows: number;
  /** Positions of the rows that are left, ascending; null for all. */
  readonly kept: Int32Array | null;
}

interface FeatureRows {
  /** At least one. */
  readonly parts: readonly FeaturePart[];
  /** Rows that are left, of all parts. */
  readonly rows: number;
  /** The stage that they go into. */
  readonly stageIndex: number;
}

/** Features on their way into a stage. */
interface TakenFeatures {
  /** One array per tensor, `[rows, ...rowShape]`. */
  readonly tensors: readonly Float32Array[];
  /** Those of them that belong to the pool. */
  readonly borrowed: readonly Float32Array[];
  readonly rows: number;
  readonly stageIndex: number;
}

/** Opaque to everybody but the model that made it. */
export class OnnxFeatures {
  #content: FeatureRows | null;

  private constructor(content: FeatureRows) {
    this.#content = content;
  }

  /** @param tensors One array per tensor, `[rows, ...rowShape]`; taken over. */
  static of(tensors: readonly Float32Array[], rows: number, stageIndex: number): OnnxFeatures {
    return new OnnxFeatures({ parts: [{ tensors, rows, kept: null }], rows, stageIndex });
  }

  /**
   * Rows of several runs behind one another. Uses all parts up, also when it fails.
   * @throws InvalidInputError when one was used up before, when they go into different stages, and when there is none.
   */
  static join(all: readonly OnnxFeatures[]): OnnxFeatures {
    try {
      const contents = all.map((features) => features.#take());
      const [first] = contents;
      if (first === undefined || contents.some(({ stageIndex }) => stageIndex !== first.stageIndex)) {
        const stages = contents.map(({ stageIndex }) => stageIndex);
        throw new InvalidInputError(
          `concatRows joins rows that go into one stage, at least one set; these go into [${stages.join(', ')}].`,
        );
      }
      return new OnnxFeatures({
        parts: contents.flatMap(({ parts }) => parts),
        rows: contents.reduce((rows, content) => rows + content.rows, 0),
        stageIndex: first.stageIndex,
      });
    } finally {
      for (const features of all) features.drop();
    }
  }

  /**
   * Uses the features up for those of some of their rows.
   * @param kept Positions of the rows, ascending.
   * @throws InvalidInputError when they were used up before, and for positions that do not fit.
   */
  keep(kept: Int32Array): OnnxFeatures {
    const content = this.#take();
    checkKeptRows(kept, content.rows);
    if (kept.length === content.rows) return new OnnxFeatures(content);
    const [part] = content.parts as readonly [FeaturePart, ...FeaturePart[]];
    const whole =
      content.parts.length === 1 && part.kept === null
        ? part
        : { tensors: inOnePiece(content, null).tensors, rows: content.rows, kept: null };
    return new OnnxFeatures({
      parts: [{ ...whole, kept: kept.slice() }],
      rows: kept.length,
      stageIndex: content.stageIndex,
    });
  }

  /**
   * Uses the features up.
   * @param pool Where new arrays come from; they go back there once nobody reads them.
   * @throws InvalidInputError when they were used up or released before.
   */
  take(pool: BufferPool): TakenFeatures {
    const content = this.#take();
    return { ...inOnePiece(content, pool), rows: content.rows, stageIndex: content.stageIndex };
  }

  /** Drops the content; does nothing when it is gone already. */
  drop(): void {
    this.#content = null;
  }

  #take(): FeatureRows {
    const content = this.#content;
    if (content === null) {
      throw new InvalidInputError(
        'These features were consumed or released before. Use those that the last runStage or keepRows returned.',
      );
    }
    this.#content = null;
    return content;
  }
}

/** A single part is compacted inside its own arrays; several are copied into others. */
function inOnePiece(
  { parts, rows }: FeatureRows,
  pool: BufferPool | null,
): Pick<TakenFeatures, 'tensors' | 'borrowed'> {
  const [first, ...others] = parts as readonly [FeaturePart, ...FeaturePart[]];
  const { kept } = first;
  if (others.length === 0) {
    if (kept === null) return { tensors: first.tensors, borrowed: [] };
    const compact = first.tensors.map((tensor) => compactRows(tensor, tensor.length / first.rows, kept));
    return { tensors: compact, borrowed: [] };
  }
  const joined = first.tensors.map((tensor, position) => {
    const elements = tensor.length / first.rows;
    const target = pool?.take(rows * elements) ?? new Float32Array(rows * elements);
    let start = 0;
    for (const part of parts) {
      const source = part.tensors[position] as Float32Array;
      gatherRows(source, elements, part.kept, target.subarray(start * elements));
      start += part.kept?.length ?? part.rows;
    }
    return target;
  });
  return { tensors: joined, borrowed: pool === null ? [] : joined };
}
