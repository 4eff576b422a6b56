// What one operation of a network costs, independent of the device.

/**
 * Kinds of operations that use a processor in different ways.
 * `convolution`: kernels larger than 1x1; `pointwise`: 1x1; `depthwise`: one channel per group; `product`: dense layers
 * and matrix products; `pool`: pools and reductions; `function`: exponentials, normalisations and softmax; `move`:
 * elementwise arithmetic and copies.
 */
export const operationKinds = ['convolution', 'pointwise', 'depthwise', 'product', 'pool', 'function', 'move'] as const;

export type OperationKind = (typeof operationKinds)[number];

/** The cost of one operation. */
export interface OperationCost {
  readonly kind: OperationKind;
  /** Multiply-accumulates per row. */
  readonly macs: number;
  /** Bytes of stored weights, which are read once for all rows of a batch. */
  readonly weightBytes: number;
  /** Bytes of activations that are read and written, per row. */
  readonly activationBytes: number;
}
