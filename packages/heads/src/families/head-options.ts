import type { RowShape } from '@ztw/core';

/** What every family of heads needs to know. */
export interface HeadOptions {
  /** Row shape of the features at the cut. */
  readonly inputShape: RowShape;
  readonly classes: number;
  /** Whether the head takes the previous IC's logits in. The first IC of a network has none. */
  readonly cascade: boolean;
  /** Whether the previous logits are layer-normed first. Default true; means nothing without cascade. */
  readonly layerNorm?: boolean;
  /**
   * Width of a hidden dense layer, with GELU, between features and previous logits on the one side and the classes on
   * the other. Many classes need fewer values so. Default: none.
   */
  readonly bottleneck?: number;
}
