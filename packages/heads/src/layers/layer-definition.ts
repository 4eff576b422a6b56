import type { RowShape } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { GenericSchema } from 'valibot';
import type { LayerWriter, NamedParameter, WrittenValue } from './layer-writer.ts';

/** The definition of one kind of layer, except its training. */
export interface LayerDefinition<Layer extends { readonly kind: string }> {
  /** Schema of each field. */
  readonly fields: { readonly [Field in keyof Layer]: GenericSchema<unknown, Layer[Field]> };
  /** Number of classes of the previous IC's logits. Absent if the layer does not read them. */
  previousClasses?(layer: Layer): number;
  /**
   * Row shape of the output for a row shape of the input.
   * @throws InvalidModelError if the layer does not accept such rows; the message names the layer and both shapes.
   */
  outputShape(layer: Layer, inputShape: RowShape): RowShape;
  /** Parameters in storage order, keyed by the part of the name after `${layer.name}.`. Default: none. */
  parameters?(layer: Layer): Readonly<Record<string, ParameterDefinition>>;
  /**
   * Multiply-accumulates per row, without biases. Default: 0. Only convolutions and dense layers define it.
   */
  macs?(layer: Layer, outputShape: RowShape): number;
  /**
   * The reference implementation in plain TypeScript. Runtimes are compared with it. Sums run in float64.
   * @returns `[rows, ...execution.outputShape]`, float32
   */
  execute(layer: Layer, input: RowValues, execution: LayerExecution): Float32Array;
  /** Writes the layer as tensor operations, for code that emits heads. */
  write<Value extends WrittenValue>(layer: Layer, value: Value, writing: LayerWriting<Value>): Value;
}

export interface ParameterDefinition {
  readonly shape: readonly number[];
  /** Draws one initial value. @param random Uniform in `[0, 1)`. */
  initial(random: () => number): number;
}

/** Dense rows between two layers: `data` is `[rows, ...shape]`, row-major. */
export interface RowValues {
  readonly rows: number;
  /** Shape of one row. */
  readonly shape: RowShape;
  readonly data: Float32Array;
}

/** Arguments of a layer's execution, besides its input. */
export interface LayerExecution {
  readonly outputShape: RowShape;
  /** `[rows, classes]` of the previous IC; null if there is none. */
  readonly previousLogits: Float32Array | null;
  /** Values of one parameter. @throws InvalidModelError if they are missing or have the wrong shape. */
  parameter(name: string): Parameter['data'];
}

/** Arguments for writing a layer, besides its input. */
export interface LayerWriting<Value extends WrittenValue> {
  readonly writer: LayerWriter<Value>;
  readonly outputShape: RowShape;
  /** One parameter. @throws InvalidModelError if it is missing or has the wrong shape. */
  parameter(name: string): NamedParameter;
}
