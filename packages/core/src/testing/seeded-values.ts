/**
 * Reproducible values, uniform in `[-scale, scale)`: a counter passed through a 32-bit mixing function (splitmix32).
 * @param seed A whole number; different seeds give unrelated values.
 */
export function seededValues(seed: number, count: number, scale: number): Float32Array {
  const values = new Float32Array(count);
  let counter = Math.imul(seed, 0x85ebca6b);
  for (let index = 0; index < count; index++) {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    mixed ^= mixed >>> 15;
    values[index] = ((mixed >>> 0) / 2 ** 31 - 1) * scale;
  }
  return values;
}
