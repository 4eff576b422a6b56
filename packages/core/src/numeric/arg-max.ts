/**
 * Position, relative to `start`, of the largest of `length` values; the first one if several are equal.
 * @param values `[rows, length]` flattened; `start` is the row's offset.
 */
export function argMax(values: Float32Array, start: number, length: number): number {
  let best = 0;
  let bestValue = values[start] as number;
  for (let position = 1; position < length; position++) {
    const value = values[start + position] as number;
    if (value > bestValue) {
      best = position;
      bestValue = value;
    }
  }
  return best;
}
