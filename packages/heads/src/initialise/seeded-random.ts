/**
 * A deterministic random number generator, uniform in `[0, 1)` in steps of 2^-32: xoshiro128**, seeded by splitmix32.
 * The same seed gives the same numbers on every machine. Not cryptographically secure.
 * Source: Blackman and Vigna, Scrambled linear pseudorandom number generators, 2021.
 * @param seed Any integer; only its lower 32 bits count.
 */
export function seededRandom(seed: number): () => number {
  const nextWord = splitmix32(seed);
  let [a, b, c, d] = [nextWord(), nextWord(), nextWord(), nextWord()];
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result / 2 ** 32;
  };
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
