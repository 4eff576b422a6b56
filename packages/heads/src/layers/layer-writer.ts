import type { RowShape } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';

/** A tensor that is being written, with rows of a known shape. */
export interface WrittenValue {
  readonly shape: RowShape;
}

/** A learned tensor, or one that follows from such a one. */
export interface NamedParameter extends Parameter {
  /** Its full name in the head, for names in what is written and for messages. */
  readonly name: string;
}

/** Weight and bias of what is written. */
export interface WeightAndBias {
  readonly weight: NamedParameter;
  readonly bias: NamedParameter;
}

/** What a convolution is written with; its weight is `[outChannels, inChannels, kernel, kernel]`. */
export interface WrittenConvolution extends WeightAndBias {
  readonly stride: number;
  /** Zero padding on all four sides. */
  readonly padding: number;
  readonly outputShape: RowShape;
}

/**
 * The tensor operations that layers are made of. Whoever emits heads in some form implements these, and knows no kinds
 * of layers.
 * Axes are those of one row: the batch axis is not counted.
 */
export interface LayerWriter<Value extends WrittenValue> {
  /**
   * `[classes]`, the logits of the IC before.
   * @param reader Name of the layer that reads them.
   * @throws InvalidModelError where there are none.
   */
  previousLogits(reader: string, classes: number): Value;
  relu(value: Value): Value;
  /** The exact one. */
  gelu(value: Value): Value;
  /** `[inChannels, H, W]` -> `[outChannels, h, w]` */
  convolution(value: Value, convolution: WrittenConvolution): Value;
  /** `W x + b`; weight `[outFeatures, inFeatures]`. */
  dense(value: Value, values: WeightAndBias): Value;
  /** Over the last axis, with the biased variance. */
  layerNorm(value: Value, norm: WeightAndBias & { readonly epsilon: number }): Value;
  /** `[C, H, W]` -> `[C, h, w]`, twice. Where all windows hold one value, both may be the input itself. */
  adaptivePools(
    value: Value,
    outputSize: readonly [number, number],
  ): { readonly maximum: Value; readonly average: Value };
  /** @param axes The input's axis for each axis of the output. */
  transpose(value: Value, axes: readonly number[]): Value;
  /** The same values in the same order, in rows of another shape. */
  reshape(value: Value, shape: RowShape): Value;
  /** One entry of the first axis, which goes away. */
  take(value: Value, index: number): Value;
  /** The mean over the first axis, which goes away. */
  mean(value: Value): Value;
  /** One behind the other along the first axis. */
  concat(first: Value, second: Value): Value;
  /** Elementwise; the factor holds one value, or one per element of the last axes. */
  multiply(value: Value, factor: NamedParameter): Value;
  /** Elementwise, of rows of one shape. */
  add(left: Value, right: Value): Value;
}
