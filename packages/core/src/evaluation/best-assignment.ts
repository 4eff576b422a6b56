import { InvalidInputError } from '../errors/errors.ts';

/**
 * The permutation `p` with the largest `sum over i of scores[i, p(i)]` (the assignment problem).
 * Method: the Hungarian algorithm as successive shortest augmenting paths with potentials, `O(size^3)`.
 * Source: H. W. Kuhn, The Hungarian method for the assignment problem (1955); J. Munkres (1957); R. Jonker and
 * A. Volgenant, A shortest augmenting path algorithm for dense and sparse linear assignment problems (1987).
 * @param scores `[size, size]`, finite numbers.
 * @returns `[size]`: the column of every row.
 * @throws InvalidInputError for another number of scores, or one that is not finite.
 */
export function bestAssignment(scores: Float64Array, size: number): Int32Array {
  if (scores.length !== size * size || !scores.every(Number.isFinite)) {
    throw new InvalidInputError(
      `Expected ${size} x ${size} finite scores; received ${scores.length}${scores.length === size * size ? ', some of them not finite' : ''}.`,
      { expected: size * size, received: scores.length },
    );
  }
  const rowPotential = new Float64Array(size);
  const columnPotential = new Float64Array(size);
  const rowOf = new Int32Array(size).fill(-1);
  for (let row = 0; row < size; row++) addRow(row);
  const columnOf = new Int32Array(size);
  rowOf.forEach((row, column) => {
    columnOf[row] = column;
  });
  return columnOf;

  /** Assigns one more row along the cheapest path; rows that were assigned before may change their column. */
  function addRow(first: number): void {
    const distance = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    const before = new Int32Array(size).fill(-1);
    const isDone = new Uint8Array(size);
    const path: { row: number; column: number; at: number }[] = [];
    let row = first;
    let column = -1;
    let length = 0;
    do {
      path.push({ row, column, at: length });
      let next = -1;
      for (let candidate = 0; candidate < size; candidate++) {
        if (isDone[candidate] === 1) continue;
        const cost = -at(scores, row * size + candidate);
        const through = length + cost - at(rowPotential, row) - at(columnPotential, candidate);
        if (through < at(distance, candidate)) {
          distance[candidate] = through;
          before[candidate] = column;
        }
        if (next < 0 || at(distance, candidate) < at(distance, next)) next = candidate;
      }
      column = next;
      length = at(distance, column);
      isDone[column] = 1;
      row = at(rowOf, column);
    } while (row >= 0);
    for (const visited of path) {
      rowPotential[visited.row] = at(rowPotential, visited.row) + length - visited.at;
      if (visited.column >= 0) {
        columnPotential[visited.column] = at(columnPotential, visited.column) - length + visited.at;
      }
    }
    while (column >= 0) {
      const from = at(before, column);
      rowOf[column] = from < 0 ? first : at(rowOf, from);
      column = from;
    }
  }
}

/** The value at an index that exists. */
function at(values: Float64Array | Int32Array, index: number): number {
  return values[index] as number;
}
