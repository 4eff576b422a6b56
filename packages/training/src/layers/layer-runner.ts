import type { RowShape } from '@ztw/core';
import type { Activation, MathKernels } from '@ztw/core/runtime';
import type { ParameterSlot } from './parameter-block.ts';

/**
 * One layer of a head, bound to its shapes and parameters, that runs forwards and backwards.
 * It remembers its last input; the arrays it returns are its own and hold until its next call of the same kind.
 */
export interface LayerRunner {
  /**
   * @param previousLogits `[rows, classes]` of the IC before; only the cascade reads it.
   * @returns `[rows, ...outputShape]`
   */
  forward(input: Activation, previousLogits: Float32Array | null): Float32Array;
  /**
   * Writes the gradients of the layer's parameters, for the input of the last forward.
   * @param gradient Of the loss by the output, `[rows, ...outputShape]`.
   * @param wantInput Whether the gradient by the input is needed; null is returned where it is not.
   */
  backward(gradient: Float32Array, wantInput: boolean): Float32Array | null;
}

/** What a layer is bound to. */
export interface LayerContext {
  /** The layer takes such rows: `@ztw/heads` has checked that. */
  readonly inputShape: RowShape;
  readonly outputShape: RowShape;
  readonly kernels: MathKernels;
  /** One of the layer's parameters, by its name in the layer. */
  parameter(name: string): ParameterSlot;
}
