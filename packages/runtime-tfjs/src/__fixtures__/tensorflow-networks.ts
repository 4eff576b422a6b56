// Small networks of TensorFlow.js: a LayersModel, and a GraphModel in the form that the converter writes.

import { type GraphModel, loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { seededRandom } from '@ztw/heads';

/** A network with a residual block, a depthwise and a separable convolution: `[12, 12, 3]` -> 4 classes. */
export function smallLayersModel(): layers.LayersModel {
  const make = layers.layers;
  const random = (seed: number) => layers.initializers.randomUniform({ minval: -0.4, maxval: 0.4, seed });
  const input = layers.input({ shape: [12, 12, 3] });
  const first = make
    .conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: random(1), name: 'first' })
    .apply(input);
  const inner = make
    .conv2d({ filters: 8, kernelSize: 3, padding: 'same', kernelInitializer: random(2), name: 'inner' })
    .apply(first);
  const norm = make.batchNormalization({ name: 'norm' }).apply(inner) as layers.SymbolicTensor;
  const added = make.add({ name: 'added' }).apply([first as layers.SymbolicTensor, norm]);
  const active = make.reLU({ maxValue: 6, name: 'active' }).apply(added);
  const padded = make.zeroPadding2d({ padding: [[0, 1], [0, 1]], name: 'padded' }).apply(active);
  const deep = make
    .depthwiseConv2d({ kernelSize: 3, strides: 2, depthwiseInitializer: random(3), activation: 'relu', name: 'deep' })
    .apply(padded);
  const separable = make
    .separableConv2d({
      filters: 12,
      kernelSize: 3,
      padding: 'same',
      depthwiseInitializer: random(4),
      pointwiseInitializer: random(5),
      activation: 'relu',
      name: 'separable',
    })
    .apply(deep);
  const pooled = make.globalAveragePooling2d({ name: 'pooled' }).apply(separable);
  const dropped = make.dropout({ rate: 0.5, name: 'dropped' }).apply(pooled);
  const output = make
    .dense({ units: 4, activation: 'softmax', kernelInitializer: random(6), name: 'classes' })
    .apply(dropped);
  return layers.model({ inputs: input, outputs: output as layers.SymbolicTensor, name: 'small' });
}

/** Two convolutions, a mean and a matrix: `[10, 10, 3]` -> 4 classes, as logits. */
export function smallGraphModel(): GraphModel<io.IOHandlerSync> {
  const random = seededRandom(11);
  const weights = new Map<string, readonly number[]>([
    ['filter1', [3, 3, 3, 6]],
    ['filter2', [3, 3, 6, 8]],
    ['matrix', [8, 4]],
  ]);
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  const total = [...weights.values()].reduce((sum, shape) => sum + size(shape), 0);
  const axes = new Int32Array([1, 2]);
  const data = Float32Array.from({ length: total }, () => random() - 0.5);
  const bytes = new Uint8Array(data.byteLength + axes.byteLength);
  bytes.set(new Uint8Array(data.buffer));
  bytes.set(new Uint8Array(axes.buffer), data.byteLength);
  const floats = { T: { type: 'DT_FLOAT' } };
  const constant = (name: string) => ({ name, op: 'Const', input: [], attr: { dtype: { type: 'DT_FLOAT' } } });
  const convolution = (name: string, input: string, filter: string, stride: number) => ({
    name,
    op: 'Conv2D',
    input: [input, filter],
    attr: {
      ...floats,
      strides: { list: { i: [1, stride, stride, 1] } },
      padding: { s: 'U0FNRQ==' }, // SAME
      data_format: { s: 'TkhXQw==' }, // NHWC
      dilations: { list: { i: [1, 1, 1, 1] } },
    },
  });
  const shape = { shape: { dim: [-1, 10, 10, 3].map((length) => ({ size: String(length) })) } };
  const topology = {
    node: [
      { name: 'image', op: 'Placeholder', input: [], attr: { dtype: { type: 'DT_FLOAT' }, shape } },
      ...[...weights.keys()].map(constant),
      { name: 'axes', op: 'Const', input: [], attr: { dtype: { type: 'DT_INT32' } } },
      convolution('convolution1', 'image', 'filter1', 1),
      { name: 'active1', op: 'Relu', input: ['convolution1'], attr: floats },
      convolution('convolution2', 'active1', 'filter2', 2),
      { name: 'active2', op: 'Relu', input: ['convolution2'], attr: floats },
      { name: 'mean', op: 'Mean', input: ['active2', 'axes'], attr: { ...floats, keep_dims: { b: false } } },
      { name: 'logits', op: 'MatMul', input: ['mean', 'matrix'], attr: floats },
    ],
    versions: {},
  };
  const artifacts: io.ModelArtifacts = {
    modelTopology: topology,
    format: 'graph-model',
    weightSpecs: [
      ...[...weights].map(([name, shape]) => ({ name, shape: [...shape], dtype: 'float32' as const })),
      { name: 'axes', shape: [2], dtype: 'int32' },
    ],
    weightData: bytes.buffer,
  };
  return loadGraphModelSync(artifacts);
}
