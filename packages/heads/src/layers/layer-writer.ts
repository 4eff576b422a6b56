import type { RowShape } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';

/** A tensor in the written form, with a known row shape. */
export interface WrittenValue {
  readonly shape: RowShape;
}

/** A learned tensor, or one derived from a learned tensor. */
export interface NamedParameter extends Parameter {
  /** Full name in the head, used in the written form and in messages. */
  readonly name: string;
}

/** Weight and bias of an operation. */
export interface WeightAndBias {
  readonly weight: NamedParameter;
  readonly bias: NamedParameter;
}

/** Arguments of a convolution; its weight is `[outChannels, inChannels, kernel, kernel]`. */
export interface WrittenConvolution extends WeightAndBias {
  readonly stride: number;
  /** Zero padding on all four sides. */
  readonly padding: number;
  readonly outputShape: RowShape;
}

/**
 * The tensor operations that layers consist of. Code that emits heads implements these and needs no kinds of layers.
 * Axes are those of one row, without the batch axis.
 */
export interface LayerWriter<Value extends WrittenValue> {
  /**
   * `[classes]`, the logits of the previous IC.
   * @param reader Name of the layer that reads them.
   * @throws InvalidModelError if there are none.
   */
  previousLogits(reader: string, classes: number): Value;
  relu(value: Value): Value;
  /** The exact (erf) GELU. */
  gelu(value: Value): Value;
  /** `[inChannels, H, W]` -> `[outChannels, h, w]` */
  convolution(value: Value, convolution: WrittenConvolution): Value;
  /** `W x + b`; weight `[outFeatures, inFeatures]`. */
  dense(value: Value, values: WeightAndBias): Value;
  /** Over the last axis, with the biased variance. */
  layerNorm(value: Value, norm: WeightAndBias & { readonly epsilon: number }): Value;
  /** `[C, H, W]` -> `[C, h, w]`, maximum and average. If every window holds one value, both may be the input itself. */
  adaptivePools(
    value: Value,
    outputSize: readonly [number, number],
  ): { readonly maximum: Value; readonly average: Value };
  /** @param axes The input's axis for each axis of the output. */
  transpose(value: Value, axes: readonly number[]): Value;
  /** The same values in the same order, with another row shape. */
  reshape(value: Value, shape: RowShape): Value;
  /** One entry of the first axis; the axis is removed. */
  take(value: Value, index: number): Value;
  /** The mean over the first axis; the axis is removed. */
  mean(value: Value): Value;
  /** Concatenates along the first axis. */
  concat(first: Value, second: Value): Value;
  /** Elementwise. The factor holds one value, or one per element of the last axes. */
  multiply(value: Value, factor: NamedParameter): Value;
  /** Elementwise, for rows of equal shape. */
  add(left: Value, right: Value): Value;
}
