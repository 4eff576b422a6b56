// All randomness of training, as a function of the seed and the place of use. A resumed training draws the same
// numbers.

import { seededRandom } from '@ztw/heads';

/** The purpose of a random sequence. Different purposes with the same seed must not share a sequence. */
const purposes = { initialisation: 1, order: 2 } as const;

/** Seed of the initial values of the ICs at one cut. */
export function initialisationSeed(seed: number, cut: number): number {
  return deriveSeed(seed, purposes.initialisation, cut);
}

/** The rows of one epoch in random order, each with one of its copies. */
export interface EpochOrder {
  readonly rows: Int32Array;
  readonly copies: Int32Array;
}

/** Draws the order of one epoch at one cut. All variants use the same order. */
export function epochOrder(seed: number, cut: number, epoch: number, rows: number, copies: number): EpochOrder {
  const random = seededRandom(deriveSeed(seed, purposes.order, cut, epoch));
  const order = Int32Array.from({ length: rows }, (_, index) => index);
  for (let index = rows - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const row = order[index] as number;
    order[index] = order[other] as number;
    order[other] = row;
  }
  const chosen = Int32Array.from({ length: rows }, () => Math.floor(random() * copies));
  return { rows: order, copies: chosen };
}

/** 32 bits that depend on every number, which may be any safe integer. */
function deriveSeed(...numbers: readonly number[]): number {
  let state = 0;
  for (const number of numbers) {
    for (const word of [number >>> 0, Math.floor(number / 2 ** 32) >>> 0]) {
      state = Math.imul(state ^ word, 0x9e3779b1);
      state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
      state ^= state >>> 13;
    }
  }
  return state >>> 0;
}
