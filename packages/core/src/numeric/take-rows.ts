/**
 * Copies the named rows, in the given order, into a new array.
 * @param values `[rows, width]`, flattened.
 * @param width Values per row.
 * @param kept Row positions, at most as many as there are rows.
 * @returns `[kept.length, width]`.
 */
export function takeRows<Values extends Float32Array | Int32Array>(
  values: Values,
  width: number,
  kept: Int32Array,
): Values {
  const source: Float32Array | Int32Array = values;
  const taken: Float32Array | Int32Array = values.slice(0, kept.length * width);
  for (let position = 0; position < kept.length; position++) {
    const from = (kept[position] as number) * width;
    const to = position * width;
    for (let column = 0; column < width; column++) taken[to + column] = source[from + column] as number;
  }
  return taken as Values;
}
