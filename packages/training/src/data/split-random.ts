/** Draws numbers in `[0, 1)`. */
export type Random = () => number;

/**
 * A small seeded generator (mulberry32): the same seed gives the same splits on every machine. Not for secrets.
 * @param seed Any integer; only its lower 32 bits are used.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Shuffles in place (Fisher-Yates). */
export function shuffle(values: Int32Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = values[last] as number;
    values[last] = values[other] as number;
    values[other] = held;
  }
}
