// Swapping the last two axes, in tiles that fit the cache and four rows at a time: these loops take a third of a
// training step.

/**
 * `[batches, a, b]` -> `[batches, b, a]`
 * @param output Receives the result; a different array from `values`.
 */
export function transposeInto(output: Float32Array, values: Float32Array, batches: number, a: number, b: number): void {
  const whole = a - (a % 4);
  for (let batch = 0; batch < batches; batch++) {
    const base = batch * a * b;
    for (let start = 0; start < b; start += tileColumns) {
      const end = Math.min(start + tileColumns, b);
      for (let row = 0; row < whole; row += 4) {
        let source = base + row * b + start;
        let target = base + start * a + row;
        for (let column = start; column < end; column++) {
          output[target] = values[source] as number;
          output[target + 1] = values[source + b] as number;
          output[target + 2] = values[source + 2 * b] as number;
          output[target + 3] = values[source + 3 * b] as number;
          source++;
          target += a;
        }
      }
      for (let row = whole; row < a; row++) {
        for (let column = start; column < end; column++) {
          output[base + column * a + row] = values[base + row * b + column] as number;
        }
      }
    }
  }
}

/** `transposeInto` with a table look-up of each value: `output = table[indices]`, transposed. */
export function lookUpTransposed(
  output: Float32Array,
  indices: Uint16Array,
  table: Float32Array,
  batches: number,
  a: number,
  b: number,
): void {
  const whole = a - (a % 4);
  for (let batch = 0; batch < batches; batch++) {
    const base = batch * a * b;
    for (let start = 0; start < b; start += tileColumns) {
      const end = Math.min(start + tileColumns, b);
      for (let row = 0; row < whole; row += 4) {
        let source = base + row * b + start;
        let target = base + start * a + row;
        for (let column = start; column < end; column++) {
          output[target] = table[indices[source] as number] as number;
          output[target + 1] = table[indices[source + b] as number] as number;
          output[target + 2] = table[indices[source + 2 * b] as number] as number;
          output[target + 3] = table[indices[source + 3 * b] as number] as number;
          source++;
          target += a;
        }
      }
      for (let row = whole; row < a; row++) {
        for (let column = start; column < end; column++) {
          output[base + column * a + row] = table[indices[base + row * b + column] as number] as number;
        }
      }
    }
  }
}

const tileColumns = 32;
