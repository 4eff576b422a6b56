// Rows between two stages: host arrays, which each stage passes to the next. `keep` and `concat` only record which rows
// stay and which runs join. The rows move once, when a stage reads them.

import type { InputTensor } from '@ztw/core';
import { arrayLike, rowSize } from '@ztw/core/runtime';
import type { BufferPool } from '../rows/buffer-pool.ts';
import { compactRows, gatherRows } from '../rows/compact-rows.ts';

/** What one run of a stage returned. */
interface RowsOfOneRun {
  /** Nothing else holds their arrays, so they may be overwritten. */
  readonly tensors: readonly InputTensor[];
  readonly rows: number;
  /** Positions of the remaining rows, ascending; null for all. */
  readonly kept: Int32Array | null;
}

/** Rows of one run or several, which go into the same stage. At least one run. */
export type OnnxRows = readonly [RowsOfOneRun, ...RowsOfOneRun[]];

/** Rows on their way into a stage. */
interface ReadRows {
  readonly tensors: readonly InputTensor[];
  /** Those of the tensors' arrays that belong to the pool. */
  readonly borrowed: readonly Float32Array[];
}

/** @param tensors Each `[rows, ...rowShape]`; the caller must not use them afterwards. */
export function rowsOf(tensors: readonly InputTensor[], rows: number): OnnxRows {
  return [{ tensors, rows, kept: null }];
}

/**
 * Records which rows stay. Where rows were kept or joined before, they are moved first.
 * @param rows Number of rows before this call.
 */
export function keepOnnxRows(parts: OnnxRows, kept: Int32Array, rows: number): OnnxRows {
  const [first, ...others] = parts;
  const isUntouched = others.length === 0 && first.kept === null;
  const { tensors } = isUntouched ? first : readRows(parts, rows, null);
  return [{ tensors, rows, kept: kept.slice() }];
}

/**
 * Moves the remaining rows together, so that a stage can read them. A single run is compacted in place; several runs
 * are copied into new arrays.
 * @param rows Number of remaining rows.
 * @param pool Source of the new arrays. The caller gives the `borrowed` ones back after the stage. null allocates
 *   arrays instead.
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
