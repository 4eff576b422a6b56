// The order in which rows pass the backbone: every copy of the training rows, then the held-out rows. The batches are
// the same in every run, so results do not depend on where a training was resumed.

/** One call of the backbone. */
export interface RowBatch {
  /** Position of the first row in the plan. */
  readonly start: number;
  readonly rows: number;
  /** Row numbers within their data set. */
  readonly indices: Int32Array;
  /** Augmented copy of the training data; null for held-out rows. */
  readonly copy: number | null;
}

export interface RowPlan {
  readonly trainRows: number;
  readonly copies: number;
  readonly heldOutRows: number;
  /** All rows, including copies. */
  readonly rows: number;
  readonly batches: readonly RowBatch[];
  /** Position of one copy of a training row. */
  positionOf(row: number, copy: number): number;
}

/**
 * Plans the order of all rows.
 * @param batchRows Maximum number of rows in one batch. No batch mixes copies or data sets.
 */
export function createRowPlan(trainRows: number, copies: number, heldOutRows: number, batchRows: number): RowPlan {
  const batches: RowBatch[] = [];
  const addSpan = (start: number, rows: number, copy: number | null): void => {
    for (let first = 0; first < rows; first += batchRows) {
      const count = Math.min(batchRows, rows - first);
      const indices = Int32Array.from({ length: count }, (_, index) => first + index);
      batches.push({ start: start + first, rows: count, indices, copy });
    }
  };
  for (let copy = 0; copy < copies; copy++) {
    addSpan(copy * trainRows, trainRows, copy);
  }
  addSpan(copies * trainRows, heldOutRows, null);
  return {
    trainRows,
    copies,
    heldOutRows,
    rows: copies * trainRows + heldOutRows,
    batches,
    positionOf: (row, copy) => copy * trainRows + row,
  };
}
