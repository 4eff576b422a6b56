// Writes a classifier as PyTorch exports it: batch norm folded into convolutions, activations as separate nodes, and a
// free batch axis. Weights are random, of a scale that keeps activations near 1, so that times are those of a trained
// network: no infinities, and no denormal numbers.

import { seededRandom } from '@ztw/heads';
import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  valueInfo,
} from '../../../../packages/onnx-graph/src/graph/build.ts';
import { createGraphBuilder } from '../../../../packages/onnx-graph/src/graph/graph-builder.ts';

/** A written network, and what its file no longer shows. */
export interface WrittenNetwork {
  readonly bytes: Uint8Array;
  /** Parameters of the network before the export, batch norm included. */
  readonly parameters: number;
}

export interface ConvolutionShape {
  readonly from: number;
  readonly to: number;
  /** Default 1. */
  readonly kernel?: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default: half of the kernel, which keeps the size at stride 1. */
  readonly padding?: number;
  /** Default 1. */
  readonly groups?: number;
  /** Whether a batch norm was folded into it. Default true. */
  readonly normalised?: boolean;
  /** Standard deviation of an output for inputs of 1. Default `Math.SQRT2`, which a ReLU behind it halves in square. */
  readonly gain?: number;
}

/** Each method adds nodes of the module `scope` and returns the name of the result. */
export interface NetworkWriter {
  /** One node. */
  apply(scope: string, operator: string, inputs: readonly string[], attributes?: NodeAttributes, hint?: string): string;
  convolution(scope: string, input: string, shape: ConvolutionShape): string;
  /** A dense layer on `[rows, from]`. */
  dense(scope: string, input: string, from: number, to: number, gain?: number): string;
  /** Random values with this standard deviation, as a parameter. */
  parameter(name: string, dims: readonly number[], deviation: number): string;
  /** The same value everywhere, as a parameter. */
  constantParameter(name: string, dims: readonly number[], value: number): string;
  /** Values that are not parameters. */
  floats(name: string, dims: readonly number[], values: readonly number[]): string;
  integers(name: string, values: readonly number[]): string;
  /** An int64 scalar. */
  integer(name: string, value: number): string;
}

type NodeAttributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

export const imageInput = 'input';
export const logitsOutput = 'logits';
export const imageShape: readonly number[] = [3, 224, 224];
export const imageClasses = 1000;

/**
 * @param write Adds the network behind `imageInput` and returns its logits.
 * @returns the file, `[rows, 3, 224, 224]` to `[rows, 1000]`; the same seed gives the same bytes.
 */
export function writeNetwork(
  name: string,
  opset: number,
  seed: number,
  write: (writer: NetworkWriter) => string,
): WrittenNetwork {
  const builder = createGraphBuilder(opset, [imageInput, logitsOutput]);
  const random = seededRandom(seed);
  let parameters = 0;
  const store = (hint: string, dims: readonly number[], values: Float32Array): string => {
    parameters += values.length;
    return builder.floats(hint, dims, values);
  };
  const writer: NetworkWriter = {
    apply: (
      scope,
      operator,
      inputs,
      attributes = {},
      hint = `${scope === '' ? '' : `/${scope}`}/${operator}_output_0`,
    ) => builder.apply(operator, inputs, Object.entries(attributes).map(toAttribute), builder.claim(hint)),
    parameter: (hint, dims, deviation) => store(hint, dims, randomValues(random, sizeOf(dims), deviation)),
    constantParameter: (hint, dims, value) => store(hint, dims, new Float32Array(sizeOf(dims)).fill(value)),
    floats: (hint, dims, values) => builder.floats(hint, dims, Float32Array.from(values)),
    integers: (hint, values) => builder.integers(hint, [values.length], values),
    integer: (hint, value) => builder.integers(hint, [], [value]),
    convolution(scope, input, shape) {
      const { from, to, kernel = 1, stride = 1, groups = 1, normalised = true, gain = Math.SQRT2 } = shape;
      const padding = shape.padding ?? Math.floor(kernel / 2);
      const dims = [to, from / groups, kernel, kernel];
      const weight = writer.parameter(`${scope}.weight`, dims, gain / Math.sqrt(sizeOf(dims.slice(1))));
      const bias = writer.parameter(`${scope}.bias`, [to], 0.1);
      // Two values per channel of a batch norm became one bias.
      if (normalised) parameters += to;
      return writer.apply(scope, 'Conv', [input, weight, bias], {
        dilations: [1, 1],
        group: groups,
        kernel_shape: [kernel, kernel],
        pads: [padding, padding, padding, padding],
        strides: [stride, stride],
      });
    },
    dense(scope, input, from, to, gain = 1) {
      const weight = writer.parameter(`${scope}.weight`, [to, from], gain / Math.sqrt(from));
      const bias = writer.parameter(`${scope}.bias`, [to], 0.1);
      return writer.apply(scope, 'Gemm', [input, weight, bias], { transB: 1 });
    },
  };
  builder.apply('Identity', [write(writer)], [], logitsOutput);
  const bytes = builder.finish({
    name,
    irVersion: 8n,
    inputs: [valueInfo(imageInput, ['batch', ...imageShape])],
    outputs: [valueInfo(logitsOutput, ['batch', imageClasses])],
  });
  return { bytes, parameters };
}

function toAttribute([name, value]: readonly [string, NodeAttributes[string]]): ReturnType<typeof intAttribute> {
  if (typeof value === 'number') return intAttribute(name, value);
  return 'float' in value ? floatAttribute(name, value.float) : intsAttribute(name, value);
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Uniform values of mean 0. */
function randomValues(random: () => number, count: number, deviation: number): Float32Array {
  const range = 2 * Math.sqrt(3) * deviation;
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = range * (random() - 0.5);
  return values;
}
