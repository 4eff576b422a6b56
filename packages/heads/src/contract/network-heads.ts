import type { Head } from '../head.ts';
import type { NetworkCut } from './trainable-network.ts';

/**
 * The heads of a network and their cuts: everything that running them needs beside the network itself.
 * Plain data, which can be posted to workers.
 */
export interface NetworkHeads {
  /** In data-flow order. */
  readonly cuts: readonly NetworkCut[];
  /** One per cut. */
  readonly heads: readonly Head[];
  /** Number of classes. Absent where the heads learn the network's own classes. */
  readonly newClasses?: number;
  /** One name per class. */
  readonly labels: readonly string[] | null;
}
