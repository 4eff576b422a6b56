import type { RowShape } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { GenericSchema } from 'valibot';
import type { LayerWriter, NamedParameter, WrittenValue } from './layer-writer.ts';

/** The definition of one kind of layer, except its training. */
export interface LayerDefinition<Layer extends { readonly kind: string }> {
  /** What each field may hold, in a file and anywhere else. */
  readonly fields: { readonly [Field in keyof Layer]: GenericSchema<unknown, Layer[Field]> };
  /** Number of classes of the previous IC's logits, where it reads them. Default: it does not. */
  previousClasses?(layer: Layer): number;
  /**
   * Row shape that it makes of its input's.
   * @throws InvalidModelError where it does not take such rows; the message names the layer and both shapes.
   */
  outputShape(layer: Layer, inputShape: RowShape): RowShape;
  /** Its parameters in the order in which they are stored, by what follows `${layer.name}.`. Default: none. */
  parameters?(layer: Layer): Readonly<Record<string, ParameterDefinition>>;
  /**
   * Multiply-accumulates per row, without biases. Default: 0, for all that is neither a convolution nor a dense layer.
   */
  macs?(layer: Layer, outputShape: RowShape): number;
  /**
   * The reference implementation in plain TypeScript, with which runtimes are compared. Sums run in float64.
   * @returns `[rows, ...execution.outputShape]`, float32
   */
  execute(layer: Layer, input: RowValues, execution: LayerExecution): Float32Array;
  /** The layer as tensor operations, for whatever emits heads. */
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
  /** `[rows, classes]` of the IC before; null where there is none. */
  readonly previousLogits: Float32Array | null;
  /** Values of one of its parameters. @throws InvalidModelError where they are missing or ill-sized. */
  parameter(name: string): Parameter['data'];
}

/** Arguments for writing a layer, besides its input. */
export interface LayerWriting<Value extends WrittenValue> {
  readonly writer: LayerWriter<Value>;
  readonly outputShape: RowShape;
  /** One of its parameters. @throws InvalidModelError where it is missing or of another shape. */
  parameter(name: string): NamedParameter;
}
