// Rows between two stages: host arrays that are handed from stage to stage and used up on the way. Which rows stay, and which runs join,
// is only noted down; rows are moved once, when a stage reads them.

import type { InputTensor } from '@ztw/core';
import { arrayLike, rowSize } from '@ztw/core/runtime';
import type { BufferPool } from '../rows/buffer-pool.ts';
import { compactRows, gatherRows } from '../rows/compact-rows.ts';

/** What one run of a stage returned. */
interface RowsOfOneRun {
  /** Nobody else holds their arrays, so they may be written to. */
  readonly tensors: readonly InputTensor[];
  readonly rows: number;
  /** Positions of the rows that are left, ascending; null for all. */
  readonly kept: Int32Array | null;
}

/** Rows of one run or several, which go into the same stage. At least one. */
export type OnnxRows = readonly [RowsOfOneRun, ...RowsOfOneRun[]];

/** Rows on their way into a stage. */
interface ReadRows {
  readonly tensors: readonly InputTensor[];
  /** The arrays of the pool among them. */
  readonly borrowed: readonly Float32Array[];
}

/** @param tensors Each `[rows, ...rowShape]`; taken over. */
export function rowsOf(tensors: readonly InputTensor[], rows: number): OnnxRows {
  return [{ tensors, rows, kept: null }];
}

/**
 * Notes down which rows stay. Where that was noted before, the rows are moved first.
 * @param rows How many there are.
 */
export function keepOnnxRows(parts: OnnxRows, kept: Int32Array, rows: number): OnnxRows {
  const [first, ...others] = parts;
  const isUntouched = others.length === 0 && first.kept === null;
  const { tensors } = isUntouched ? first : readRows(parts, rows, null);
  return [{ tensors, rows, kept: kept.slice() }];
}

/**
 * Moves the rows that are left to where a stage can read them. A single part is compacted inside its own arrays; several are copied
 * into others.
 * @param rows How many are left.
 * @param pool Where new arrays come from, which go back there once nobody reads them; null for arrays of their own.
 */
export function readRows(parts: OnnxRows, rows: number, pool: BufferPool | null): ReadRows {
  const [first, ...others] = parts;
  const { kept } = first;
  if (others.length === 0) {
    if (kept === null) return { tensors: first.tensors, borrowed: [] };
    const compact = first.tensors.map(({ data, rowShape }) => {
      return { data: compactRows(data, rowSize(rowShape), kept), rowShape };
    });
    return { tensors: compact, borrowed: [] };
  }
  const borrowed: Float32Array[] = [];
  const tensors = first.tensors.map(({ data, rowShape }, position) => {
    const elements = rowSize(rowShape);
    const pooled = pool !== null && data instanceof Float32Array ? pool.take(rows * elements) : null;
    if (pooled !== null) borrowed.push(pooled);
    const target = pooled ?? arrayLike(data, rows * elements);
    let start = 0;
    for (const part of parts) {
      const source = part.tensors[position] as InputTensor;
      gatherRows(source.data, elements, part.kept, target.subarray(start * elements));
      start += part.kept?.length ?? part.rows;
    }
    return { data: target, rowShape };
  });
  return { tensors, borrowed };
}
