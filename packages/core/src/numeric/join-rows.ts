/**
 * Puts several sets of rows behind one another, in a new array.
 * @param parts Each `[rows, width]`, flattened, all of one width.
 */
export function joinRows(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
