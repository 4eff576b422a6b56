/** Which of the legal cuts to use. */
export type CutSelection =
  /** SDN's positions: the block cuts nearest to 15, 30, 45, 60, 75 and 90 % of the MACs. */
  | { readonly kind: 'auto' }
  /** After every block. */
  | { readonly kind: 'all' }
  /** The network stays whole. */
  | { readonly kind: 'none' }
  /** This number of block cuts, spread evenly over the MACs. */
  | { readonly kind: 'count'; readonly count: number }
  /** The block cuts nearest to these fractions of the MACs, each between 0 and 1. */
  | { readonly kind: 'fractions'; readonly fractions: readonly number[] }
  /** The cuts at these tensors, blocks or not. */
  | { readonly kind: 'names'; readonly names: readonly string[] };
