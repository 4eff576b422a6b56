import type { RowShape } from '@ztw/core';
import type { Activation, MathKernels } from '@ztw/core/runtime';
import type { ParameterSlot } from './parameter-block.ts';

/**
 * One layer of a head, bound to its shapes and parameters, that runs forwards and backwards.
 * It keeps its last input. It owns the arrays that it returns; they are valid until its next call of the same kind.
 */
export interface LayerRunner {
  /**
   * @param previousLogits `[rows, classes]` of the previous IC; only the cascade reads it.
   * @returns `[rows, ...outputShape]`
   */
  forward(input: Activation, previousLogits: Float32Array | null): Float32Array;
  /**
   * Writes the gradients of the layer's parameters for the input of the last forward pass.
   * @param gradient Of the loss by the output, `[rows, ...outputShape]`.
   * @param wantInput Whether to return the gradient by the input; otherwise the result is null.
   */
  backward(gradient: Float32Array, wantInput: boolean): Float32Array | null;
}

/** The shapes, parameters and kernels of one layer. */
export interface LayerContext {
  /** A shape that the layer accepts; `@ztw/heads` has checked it. */
  readonly inputShape: RowShape;
  readonly outputShape: RowShape;
  readonly kernels: MathKernels;
  /** One of the layer's parameters, by its name in the layer. */
  parameter(name: string): ParameterSlot;
}
