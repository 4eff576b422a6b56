import type { RowShape } from '@ztw/core';

/** A tensor that crosses a cut. */
export interface CutTensor {
  readonly name: string;
  /** Shape of one row, without the batch axis. */
  readonly rowShape: RowShape;
}

/** A place where the network can be stopped and resumed: one or two tensors carry all data there. */
export interface Cut {
  /** Name of the first tensor, which the internal classifier reads. */
  readonly name: string;
  /** One, or two inside a residual block. */
  readonly tensors: readonly CutTensor[];
  /** MACs per row of everything up to here. */
  readonly macs: number;
  /** Stored weights used up to here. */
  readonly parametersBefore: number;
  /** Index of the block that ends here; null inside of blocks and between them. */
  readonly afterBlock: number | null;
}

/** A tensor where the data flow is narrow but cannot be cut, because of `reason`. */
export interface RejectedCut {
  readonly name: string;
  readonly reason: string;
}
