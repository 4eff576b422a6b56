// Random choices of a fuzzer, from one seed per input, so that each input can be made again alone.

import { seededRandom } from '@ztw/heads';

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 to `limit - 1`; 0 if the limit is below 1. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** The random choices of one input. */
export function randomOf(target: string, seed: number, index: number): Random {
  const next = seededRandom(hashOf(`${target}:${seed}:${index}`));
  const below = (limit: number): number => Math.floor(next() * Math.max(1, limit));
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}

/** FNV-1a over the text's code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
