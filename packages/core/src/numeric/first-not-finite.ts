/** Position of the first NaN or infinite value; -1 if all are finite. */
export function firstNotFinite(values: Float32Array): number {
  // A finite value times 0 is 0; any other value times 0 is NaN. One addition per value decides the usual case.
  let zero = 0;
  for (let index = 0; index < values.length; index++) zero += (values[index] as number) * 0;
  if (zero === 0) return -1;
  return values.findIndex((value) => !Number.isFinite(value));
}
