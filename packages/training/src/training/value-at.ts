/** The value at a position that is known to exist. */
export function valueAt<Value>(values: ArrayLike<Value>, index: number): Value {
  const value = values[index];
  if (value === undefined) {
    throw new Error(`internal: nothing at ${index} of ${values.length}`);
  }
  return value;
}
