import type { RowShape } from '@ztw/core';

/** Options of every family of heads. */
export interface HeadOptions {
  /** Row shape of the features at the cut. */
  readonly inputShape: RowShape;
  readonly classes: number;
  /** Whether the head reads the previous IC's logits. The first IC of a network has none. */
  readonly cascade: boolean;
  /** Whether the previous logits pass a layer norm first. Default true; no effect without cascade. */
  readonly layerNorm?: boolean;
  /**
   * Width of a hidden dense layer with GELU directly before the last layer. It reads the features and previous logits.
   * It saves parameters if there are many classes. Default: none.
   */
  readonly bottleneck?: number;
}
