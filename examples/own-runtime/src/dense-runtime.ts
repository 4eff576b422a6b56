// A runtime in one file: dense layers over plain arrays. It only moves rows and runs stages. `createStagedModel` adds
// the lifetime of the model, the checks of every call, and the ownership of rows.

import type { InputTensor } from '@ztw/core';
import { createStagedModel, denseInputs, joinRows, type RuntimeModel, takeRows } from '@ztw/core/runtime';

/** `y = weights x + bias` */
export interface DenseLayer {
  /** `[outputs, inputs]` */
  readonly weights: Float32Array;
  /** `[outputs]` */
  readonly bias: Float32Array;
}

export interface DenseNetwork {
  readonly name: string;
  /** The backbone. A ReLU follows each layer but the last one, which gives the network's own logits. */
  readonly layers: readonly DenseLayer[];
  /**
   * One internal classifier after each layer but the last. Each but the first reads the features, followed by the
   * previous logits.
   */
  readonly heads: readonly DenseLayer[];
}

/** Makes a staged model of a dense network: one stage per layer. */
export function denseModel({ name, layers, heads }: DenseNetwork): RuntimeModel {
  const [first, last] = [layers[0] as DenseLayer, layers.at(-1) as DenseLayer];
  return createStagedModel<Float32Array>({
    name,
    classes: last.bias.length,
    labels: null,
    inputs: denseInputs([first.weights.length / first.bias.length]),
    backboneMacs: layers.reduce((sum, { weights }) => sum + weights.length, 0),
    stages: layers.map((layer, stageIndex) => ({
      name: layer === last ? 'final' : `dense ${stageIndex}`,
      network: 0,
      isFinal: layer === last,
      usesPreviousLogits: layer !== last && stageIndex > 0,
      segmentMacs: layer.weights.length,
      headMacs: heads[stageIndex]?.weights.length ?? 0,
    })),
    supports: { parallelRuns: true, featureMemory: 'host' },

    upload: ({ inputs }) => new Float32Array((inputs.input as InputTensor).data as Float32Array),

    async run(stageIndex, rows, previousLogits, count) {
      const output = dense(rows, layers[stageIndex] as DenseLayer, count);
      const head = heads[stageIndex];
      if (head === undefined) return { tensors: null, logits: output };
      const features = output.map((value) => Math.max(0, value));
      const read = previousLogits === null ? features : sideBySide(features, previousLogits, count);
      return { tensors: features, logits: dense(read, head, count) };
    },

    keep: (rows, kept, count) => takeRows(rows, rows.length / count, kept),

    concat: (parts) => joinRows(parts.map(({ tensors }) => tensors)),

    dispose: async () => undefined,
  });
}

/** The logits of the uncut network, `[rows, classes]`. */
export function wholeLogits({ layers }: DenseNetwork, input: Float32Array, rows: number): Float32Array {
  return layers.reduce((features, layer, index) => {
    return dense(index === 0 ? features : features.map((value) => Math.max(0, value)), layer, rows);
  }, input);
}

/** `[rows, inputs]` -> `[rows, outputs]` */
function dense(values: Float32Array, { weights, bias }: DenseLayer, rows: number): Float32Array {
  const outputs = bias.length;
  const inputs = weights.length / outputs;
  const result = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output] as number;
      for (let input = 0; input < inputs; input++) {
        sum += (values[row * inputs + input] as number) * (weights[output * inputs + input] as number);
      }
      result[row * outputs + output] = sum;
    }
  }
  return result;
}

/** `[rows, left]` and `[rows, right]` -> `[rows, left + right]` */
function sideBySide(left: Float32Array, right: Float32Array, rows: number): Float32Array {
  const [leftWidth, rightWidth] = [left.length / rows, right.length / rows];
  const joined = new Float32Array(left.length + right.length);
  for (let row = 0; row < rows; row++) {
    const start = row * (leftWidth + rightWidth);
    joined.set(left.subarray(row * leftWidth, (row + 1) * leftWidth), start);
    joined.set(right.subarray(row * rightWidth, (row + 1) * rightWidth), start + leftWidth);
  }
  return joined;
}
