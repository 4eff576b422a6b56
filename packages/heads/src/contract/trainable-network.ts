// What a training of heads needs of a network, whatever runs it.

import type { RowShape } from '@ztw/core';
import type { SegmentedBackbone } from '@ztw/core/runtime';
import type { HeadSpecification } from '../head.ts';

/** A place where all data passes through one tensor. */
export interface NetworkCut {
  /** Name of the tensor: of its layer, or of its node. */
  readonly name: string;
  /** Row shape as heads see it: maps are `[channels, height, width]`. */
  readonly rowShape: RowShape;
  /** MACs (conv + matmul) per row of everything up to here. */
  readonly macs: number;
  /**
   * False where another cut of the same cost is the better place for an IC: before an activation, or behind padding or
   * pooling to a vector.
   */
  readonly preferred: boolean;
}

export interface SegmentOptions {
  /** In the order in which data passes them. */
  readonly cuts: readonly NetworkCut[];
  /**
   * One per cut: those that will be trained. What they do before their first parameter is done by the backbone, once.
   */
  readonly heads: readonly HeadSpecification[];
  /**
   * Number of classes where the heads learn others than the network's own. Its classifier is left out then: the last
   * segment costs nothing and answers all rows alike, with zeros.
   */
  readonly newClasses?: number;
  /** What features are stored as between two segments. Default `float16`. */
  readonly precision?: 'float16' | 'float32';
  /** The most rows of one call. Default 32. */
  readonly preferredBatch?: number;
}

/** A frozen network that heads can be trained on. */
export interface TrainableNetwork {
  readonly name: string;
  /** Row shape of the input: images are `[channels, height, width]`. */
  readonly inputShape: RowShape;
  readonly classes: number;
  /** MACs (conv + matmul) per row of the whole network. */
  readonly backboneMacs: number;
  /** All legal cuts, in the order in which data passes them. */
  readonly cuts: readonly NetworkCut[];
  /**
   * Cuts the network for training. The backbone is the caller's to dispose; the network stays.
   * @throws InvalidInputError for heads that do not fit the cuts.
   */
  segment(options: SegmentOptions): SegmentedBackbone;
}
