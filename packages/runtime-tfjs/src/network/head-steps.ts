// A head's layers as steps of a stage program. Features come with their channels first, as heads see them.

import {
  type HeadLayer,
  type HeadParameters,
  InvalidModelError,
  type Parameter,
  type ProgramBinaryFunction,
  type ProgramStep,
  type RowShape,
  rowSize,
} from '@ztw/core';
import { layerOutputShape } from '@ztw/heads';

/** Names under which the steps read what they are given. */
export const featuresName = 'features';
export const previousLogitsName = 'previous_logits';

export interface HeadSteps {
  readonly steps: readonly ProgramStep[];
  readonly weights: ReadonlyMap<string, Parameter>;
  /** Name of the last step's result. */
  readonly output: string;
  readonly outputShape: RowShape;
}

interface Writer {
  readonly parameters: HeadParameters;
  /** Adds a step. @returns its output. */
  add(step: DistributiveOmit<ProgramStep, 'output'>): string;
  /** Stores a tensor. @returns its name. */
  store(shape: readonly number[], data: Float32Array): string;
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

/**
 * @param inputShape Row shape of the features.
 * @throws InvalidModelError where layers, shapes and parameters do not fit together.
 */
export function headSteps(layers: readonly HeadLayer[], parameters: HeadParameters, inputShape: RowShape): HeadSteps {
  const steps: ProgramStep[] = [];
  const weights = new Map<string, Parameter>();
  const writer: Writer = {
    parameters,
    add(step) {
      const output = `step_${steps.length}`;
      steps.push({ ...step, output } as ProgramStep);
      return output;
    },
    store(shape, data) {
      const name = `weight_${weights.size}`;
      weights.set(name, { shape, data });
      return name;
    },
  };
  let output = featuresName;
  let shape = inputShape;
  for (const layer of layers) {
    const outputShape = layerOutputShape(layer, shape);
    output = writeLayer(writer, layer, output, shape, outputShape);
    shape = outputShape;
  }
  return { steps, weights, output, outputShape: shape };
}

function writeLayer(writer: Writer, layer: HeadLayer, input: string, shape: RowShape, outputShape: RowShape): string {
  const { add } = writer;
  switch (layer.kind) {
    case 'relu':
      return add({ operator: 'function', function: 'relu', input });
    case 'gelu': {
      const erf = add({ operator: 'function', function: 'erf', input: scaled(writer, input, Math.SQRT1_2) });
      const gate = binary(writer, 'add', erf, constant(writer, 1));
      return binary(writer, 'multiply', scaled(writer, input, 0.5), gate);
    }
    case 'channels-first':
      return add({ operator: 'transpose', input, permutation: [0, 3, 1, 2] });
    case 'conv2d': {
      const { name, inChannels, outChannels, kernelSize, stride, padding } = layer;
      const filter = new Float32Array(outChannels * inChannels * kernelSize * kernelSize);
      const positions = kernelSize * kernelSize;
      values(writer, `${name}.weight`, filter.length).forEach((value, index) => {
        const position = index % positions;
        const channel = Math.floor(index / positions) % inChannels;
        const out = Math.floor(index / (positions * inChannels));
        filter[(position * inChannels + channel) * outChannels + out] = value;
      });
      const convolved = add({
        operator: 'conv2d',
        input: add({ operator: 'transpose', input, permutation: [0, 2, 3, 1] }),
        filter: writer.store([kernelSize, kernelSize, inChannels, outChannels], filter),
        bias: writer.store([outChannels], values(writer, `${name}.bias`, outChannels)),
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        dilations: [1, 1],
        activation: null,
      });
      return add({ operator: 'transpose', input: convolved, permutation: [0, 3, 1, 2] });
    }
    case 'mixed-pool': {
      const { maximum, average } = adaptivePools(writer, input, shape, layer.outputSize);
      return mix(writer, layer.name, maximum, average);
    }
    case 'adaptive-pools': {
      const { maximum, average } = adaptivePools(writer, input, shape, layer.outputSize);
      const both = add({ operator: 'concat', inputs: [maximum, average], axis: 1 });
      return add({ operator: 'reshape', input: both, shape: [{ perRow: 1 }, ...outputShape] });
    }
    case 'pool-mix': {
      const [maximum, average] = [0, 1].map((index) => {
        const half = add({ operator: 'slice', input, axis: 1, start: index, length: 1, stride: 1 });
        return add({ operator: 'reshape', input: half, shape: [{ perRow: 1 }, ...outputShape] });
      }) as [string, string];
      return mix(writer, layer.name, maximum, average);
    }
    case 'flatten':
      return add({ operator: 'reshape', input, shape: [{ perRow: 1 }, rowSize(shape)] });
    case 'take-token': {
      const token = add({ operator: 'slice', input, axis: 1, start: layer.index, length: 1, stride: 1 });
      return add({ operator: 'reshape', input: token, shape: [{ perRow: 1 }, ...outputShape] });
    }
    case 'mean-tokens':
      return add({ operator: 'reduce', function: 'mean', input, axes: [1], keepAxes: false });
    case 'layer-norm':
      return normalised(writer, layer.name, input, layer.size, layer.epsilon);
    case 'cascade': {
      const logits = layer.layerNorm
        ? normalised(writer, layer.name, previousLogitsName, layer.classes, layer.epsilon)
        : previousLogitsName;
      return add({ operator: 'concat', inputs: [input, logits], axis: 1 });
    }
    case 'dense': {
      const { name, inFeatures, outFeatures } = layer;
      const weight = values(writer, `${name}.weight`, inFeatures * outFeatures);
      const transposed = weight.map(
        (_value, index) => weight[(index % outFeatures) * inFeatures + Math.floor(index / outFeatures)] as number,
      );
      return add({
        operator: 'dense',
        input,
        weight: writer.store([inFeatures, outFeatures], transposed),
        bias: writer.store([outFeatures], values(writer, `${name}.bias`, outFeatures)),
        activation: null,
      });
    }
  }
}

function values({ parameters }: Writer, name: string, length: number): Float32Array {
  const data = parameters[name]?.data;
  if (data?.length !== length) {
    throw new InvalidModelError(
      `The head's parameter "${name}" should have ${length} values, but has ${data?.length ?? 'none'}.`,
    );
  }
  return data;
}

function constant({ store }: Writer, value: number): string {
  return store([1], Float32Array.of(value));
}

function binary({ add }: Writer, name: ProgramBinaryFunction, left: string, right: string): string {
  return add({ operator: 'binary', function: name, left, right });
}

function scaled(writer: Writer, input: string, factor: number): string {
  return binary(writer, 'multiply', input, constant(writer, factor));
}

function mix(writer: Writer, name: string, maximum: string, average: string): string {
  const [alpha = 0] = values(writer, `${name}.alpha`, 1);
  return binary(writer, 'add', scaled(writer, maximum, alpha), scaled(writer, average, 1 - alpha));
}

function normalised(writer: Writer, name: string, input: string, size: number, epsilon: number): string {
  const weight = writer.store([size], values(writer, `${name}.weight`, size));
  const bias = writer.store([size], values(writer, `${name}.bias`, size));
  return writer.add({ operator: 'layer-norm', input, weight, bias, epsilon });
}

/** Both adaptive pools of `[channels, height, width]`, one axis after the other, over the entries of each window. */
function adaptivePools(
  writer: Writer,
  input: string,
  [channels = 0, height = 0, width = 0]: RowShape,
  [outHeight, outWidth]: readonly [number, number],
): { readonly maximum: string; readonly average: string } {
  const { add } = writer;
  const pool = (kind: 'maximum' | 'mean'): string => {
    let current = input;
    for (const [axis, size, count] of [
      [2, height, outHeight],
      [3, width, outWidth],
    ] as const) {
      const windows = Array.from({ length: count }, (_unused, index) => {
        const start = Math.floor((index * size) / count);
        const length = Math.ceil(((index + 1) * size) / count) - start;
        const window =
          length === size ? current : add({ operator: 'slice', input: current, axis, start, length, stride: 1 });
        return length === 1
          ? window
          : add({ operator: 'reduce', function: kind, input: window, axes: [axis], keepAxes: true });
      });
      current = windows.length === 1 ? (windows[0] as string) : add({ operator: 'concat', inputs: windows, axis });
    }
    return add({ operator: 'reshape', input: current, shape: [{ perRow: 1 }, channels, outHeight, outWidth] });
  };
  return { maximum: pool('maximum'), average: pool('mean') };
}
