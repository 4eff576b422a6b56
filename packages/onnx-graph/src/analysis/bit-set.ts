/** A set of small integers, dense in memory: one bit each. */
export type BitSet = Uint32Array;

export function emptyBitSet(capacity: number): BitSet {
  return new Uint32Array(Math.ceil(capacity / 32));
}

export function addToBitSet(set: BitSet, member: number): void {
  const word = member >>> 5;
  set[word] = ((set[word] ?? 0) | (1 << (member & 31))) >>> 0;
}

export function bitSetHas(set: BitSet, member: number): boolean {
  return (((set[member >>> 5] ?? 0) >>> (member & 31)) & 1) === 1;
}

/** Adds all members of `source` to `target`. */
export function uniteBitSets(target: BitSet, source: BitSet): void {
  for (let word = 0; word < target.length; word++) target[word] = ((target[word] ?? 0) | (source[word] ?? 0)) >>> 0;
}

export function isSubset(set: BitSet, other: BitSet): boolean {
  return set.every((word, index) => (word & ~(other[index] ?? 0)) === 0);
}
