// The interface that training needs from a network, independent of its runtime.

import type { RowShape } from '@ztw/core';
import type { SegmentedBackbone } from '@ztw/core/runtime';
import type { HeadSpecification } from '../head.ts';

/** A place in a network where all data passes through one tensor. */
export interface NetworkCut {
  /** Name of the tensor, given by its layer or node. */
  readonly name: string;
  /** Row shape that heads read. Maps are `[channels, height, width]`. */
  readonly rowShape: RowShape;
  /** MACs (conv + matmul) per row of the network up to this cut. */
  readonly macs: number;
  /**
   * False where another cut of the same cost is a better place for an IC. Such cuts lie before an activation, or after
   * padding or pooling to a vector.
   */
  readonly preferred: boolean;
}

export interface SegmentOptions {
  /** In data-flow order. */
  readonly cuts: readonly NetworkCut[];
  /**
   * The heads to train, one per cut. The backbone applies their parameter-free prefixes once.
   */
  readonly heads: readonly HeadSpecification[];
  /**
   * Number of classes where the heads learn other classes than the network's own. The network's classifier is then left
   * out: the last segment costs nothing and returns zeros for every row.
   */
  readonly newClasses?: number;
  /** Storage precision of features between two segments. Default `float16`. */
  readonly precision?: 'float16' | 'float32';
  /** Maximum rows per call. Default 32. */
  readonly preferredBatch?: number;
}

/** A frozen network that heads can be trained on. */
export interface TrainableNetwork {
  readonly name: string;
  /** Row shape of the input. Images are `[channels, height, width]`. */
  readonly inputShape: RowShape;
  readonly classes: number;
  /** MACs (conv + matmul) per row of the whole network. */
  readonly backboneMacs: number;
  /** All legal cuts, in data-flow order. */
  readonly cuts: readonly NetworkCut[];
  /**
   * Cuts the network for training. The caller disposes the backbone; the network remains usable.
   * @throws InvalidInputError if the heads do not fit the cuts.
   */
  segment(options: SegmentOptions): SegmentedBackbone;
}
