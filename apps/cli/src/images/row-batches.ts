/** The row numbers from 0 to `rows - 1`, in order, in batches of at most `size`. */
export function* rowBatches(rows: number, size: number): Generator<Int32Array, void> {
  for (let first = 0; first < rows; first += size) {
    yield Int32Array.from({ length: Math.min(size, rows - first) }, (_, position) => first + position);
  }
}
