/** Positions of the rows that stay and of those that leave, both ascending. */
export interface RowSplit {
  readonly kept: Int32Array;
  readonly leaving: Int32Array;
}

/** @param exits One per row: 0 = stays, anything else = leaves. */
export function splitRows(exits: Uint8Array): RowSplit {
  const kept = new Int32Array(exits.length);
  const leaving = new Int32Array(exits.length);
  let keptCount = 0;
  let leavingCount = 0;
  for (let row = 0; row < exits.length; row++) {
    if (exits[row] === 0) kept[keptCount++] = row;
    else leaving[leavingCount++] = row;
  }
  return { kept: kept.subarray(0, keptCount), leaving: leaving.subarray(0, leavingCount) };
}
