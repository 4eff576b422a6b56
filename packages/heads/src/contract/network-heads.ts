import type { Head } from '../head.ts';
import type { NetworkCut } from './trainable-network.ts';

/**
 * Heads and where they stand in a network: what running them needs beside the network itself.
 * Plain data, which passes to and from workers.
 */
export interface NetworkHeads {
  /** In the order in which data passes them. */
  readonly cuts: readonly NetworkCut[];
  /** One per cut. */
  readonly heads: readonly Head[];
  /** Number of classes; left out where they are the network's own. */
  readonly newClasses?: number;
  /** One name per class. */
  readonly labels: readonly string[] | null;
}
