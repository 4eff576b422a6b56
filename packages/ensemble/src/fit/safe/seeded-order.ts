// Deterministic orders and draws, equal on every machine and in every run.

/** A number in `[0, 1)` for each pair of a seed and an index. Source: splitmix32. */
export function seededNumber(seed: number, index: number): number {
  let word = (Math.imul(seed, 0x85ebca6b) + Math.imul(index + 1, 0x9e3779b9)) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return ((word ^ (word >>> 15)) >>> 0) / 2 ** 32;
}

/** The numbers `0..count - 1` in a random order. */
export function seededOrder(seed: number, count: number): Int32Array {
  const keys = Float64Array.from({ length: count }, (_, index) => seededNumber(seed, index));
  return Int32Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (keys[a] as number) - (keys[b] as number) || a - b,
  );
}
