// LayersModels that together contain every layer that a program can express, with strides and padding on odd sizes.

import { tensor } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { seededRandom } from '@ztw/heads';

type Symbolic = layers.SymbolicTensor;
const make = layers.layers;

/** Applies layers one after the other. */
function chain(input: Symbolic, ...steps: readonly layers.layers.Layer[]): Symbolic {
  return steps.reduce((value, layer) => layer.apply(value) as Symbolic, input);
}

/** Gives every weight a value: variances are positive, all others spread around zero. */
export function randomise(model: layers.LayersModel, seed: number): layers.LayersModel {
  const random = seededRandom(seed);
  for (const layer of model.layers) {
    const values = layer.weights.map(({ name, shape }) => {
      const size = shape.reduce<number>((product, length) => product * (length ?? 1), 1);
      const fanIn = shape.length > 1 ? size / (shape.at(-1) ?? 1) : 1;
      const variance = name.includes('variance');
      const data = Float32Array.from({ length: size }, () =>
        variance ? 0.5 + random() : ((random() - 0.5) * 3) / Math.sqrt(Math.max(1, fanIn)),
      );
      return tensor(data, shape as number[]);
    });
    layer.setWeights(values);
    for (const value of values) value.dispose();
  }
  return model;
}

const functional = (input: Symbolic, output: Symbolic, name: string): layers.LayersModel =>
  layers.model({ inputs: input, outputs: output, name });

/** Convolutions of every kind, normalisations, pools and padding, down to one pixel. */
function convolutions(): layers.LayersModel {
  const input = layers.input({ shape: [23, 17, 3] });
  const output = chain(
    input,
    make.rescaling({ scale: 2, offset: -0.5 }),
    make.zeroPadding2d({ padding: [[0, 1], [2, 1]], name: 'pad' }),
    make.conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'valid', useBias: false, name: 'padded' }),
    make.batchNormalization({ name: 'padded_norm' }),
    make.reLU({ maxValue: 6, name: 'padded_relu' }),
    make.conv2d({ filters: 8, kernelSize: [3, 2], strides: 1, padding: 'same', dilationRate: 2, activation: 'elu', name: 'dilated' }),
    make.batchNormalization({ scale: false, name: 'alone_norm' }),
    make.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 2, activation: 'relu6', name: 'deep' }),
    make.separableConv2d({ filters: 10, kernelSize: 3, padding: 'same', depthMultiplier: 2, activation: 'swish', name: 'separable' }),
    make.batchNormalization({ center: false, epsilon: 1e-5, name: 'separable_norm' }),
    make.layerNormalization({ name: 'layer_norm' }),
    make.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', name: 'max_pool' }),
    make.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same', name: 'average_pool' }),
    make.cropping2D({ cropping: [[0, 1], [1, 0]], name: 'cropped' }),
    make.maxPooling2d({ poolSize: 2, padding: 'valid', name: 'max_pool_valid' }),
    make.globalAveragePooling2d({ name: 'pooled' }),
    make.dropout({ rate: 0.5, name: 'dropped' }),
    make.dense({ units: 6, activation: 'softmax', name: 'classes' }),
  );
  return functional(input, output, 'convolutions');
}

/** Branches and every way to join them, including attention over channels. */
function merges(): layers.LayersModel {
  const input = layers.input({ shape: [9, 11, 4] });
  const branch = (kernelSize: number, activation: 'relu' | 'tanh' | 'sigmoid'): Symbolic =>
    chain(input, make.conv2d({ filters: 4, kernelSize, padding: 'same', activation }));
  const [first, second, third] = [branch(1, 'relu'), branch(3, 'tanh'), branch(5, 'sigmoid')] as const;
  const squeeze = chain(
    first,
    make.globalMaxPooling2d({}),
    make.reshape({ targetShape: [1, 1, 4] }),
    make.conv2d({ filters: 4, kernelSize: 1, activation: 'hardSigmoid' as never }),
  );
  const excited = make.multiply().apply([second, squeeze]) as Symbolic;
  const joined = [
    make.add({ name: 'added' }).apply([first, second, third]) as Symbolic,
    make.average({ name: 'averaged' }).apply([first, excited]) as Symbolic,
    make.maximum({ name: 'greater' }).apply([second, third]) as Symbolic,
    make.minimum({ name: 'lesser' }).apply([first, third]) as Symbolic,
  ];
  const all = make.concatenate({ name: 'joined' }).apply(joined) as Symbolic;
  const tall = make.concatenate({ axis: 1, name: 'tall' }).apply([all, all]) as Symbolic;
  const output = chain(
    tall,
    make.averagePooling2d({ poolSize: [2, 3], strides: [2, 2], padding: 'valid' }),
    make.conv2d({ filters: 5, kernelSize: 3, strides: 2, padding: 'same' }),
    make.flatten({ name: 'flat' }),
    make.dense({ units: 5, name: 'scores' }),
    make.softmax({ name: 'probabilities' }),
  );
  return functional(input, output, 'merges');
}

const activationNames = [
  'relu', 'relu6', 'elu', 'selu', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh', 'softmax', 'logSoftmax', 'gelu', 'gelu_new',
  'swish', 'mish', 'linear',
] as const;

/** Every activation, as a layer and by name, on maps and on rows; logits at the end. */
function activations(): layers.LayersModel {
  const input = layers.input({ shape: [5, 6, 3] });
  const applied = [
    ...activationNames.map((activation) => make.activation({ activation: activation as never, name: `as_${activation}` })),
    make.leakyReLU({ alpha: 0.2 }),
    make.elu(),
    make.prelu({ sharedAxes: [1, 2], name: 'prelu' } as never),
    make.reLU(),
    make.reLU({ maxValue: 0.8 }),
    make.softmax({ axis: -1 }),
  ].map((layer) => chain(input, layer));
  const output = chain(
    make.concatenate().apply(applied) as Symbolic,
    make.permute({ dims: [3, 1, 2], name: 'permuted' }),
    make.permute({ dims: [2, 1, 3], name: 'permuted_again' }),
    make.gaussianNoise({ stddev: 1 }),
    make.reshape({ targetShape: [30, 66], name: 'tokens' }),
    make.dense({ units: 8, activation: 'gelu' as never, name: 'each_token' }),
    make.layerNormalization({ name: 'token_norm' }),
    make.globalAveragePooling1d({ name: 'mean_token' }),
    make.batchNormalization({ name: 'row_norm' }),
    make.gaussianDropout({ rate: 0.1 }),
    make.alphaDropout({ rate: 0.1 } as never),
    make.dense({ units: 7, useBias: false, name: 'row' }),
    make.batchNormalization({ name: 'folded_row_norm' }),
    make.dense({ units: 4, name: 'scores' }),
  );
  return functional(input, output, 'activations');
}

/**
 * Models inside models, a layer that is used twice, a classifier of 1 x 1 convolutions, and a reshape after the
 * softmax.
 */
function nested(): layers.LayersModel {
  const inner = layers.sequential({
    name: 'inner',
    layers: [
      make.conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [7, 7, 2] }),
      make.batchNormalization({}),
    ],
  });
  const shared = make.conv2d({ filters: 6, kernelSize: 3, padding: 'same', name: 'shared' });
  const input = layers.input({ shape: [7, 7, 2] });
  const output = chain(
    input,
    inner as unknown as layers.layers.Layer,
    shared,
    make.activation({ activation: 'relu' }),
    shared,
    make.dense({ units: 6, activation: 'tanh', name: 'dense_on_maps' }),
    make.globalAveragePooling2d({}),
    make.reshape({ targetShape: [1, 1, 6] }),
    make.conv2d({ filters: 9, kernelSize: 1, name: 'classes' }),
    make.softmax({ axis: -1 }),
    make.reshape({ targetShape: [9] }),
  );
  return functional(input, output, 'nested');
}

/** A Sequential over rows without maps. */
function rows(): layers.LayersModel {
  return layers.sequential({
    name: 'rows',
    layers: [
      make.dense({ units: 12, activation: 'softsign', inputShape: [6] }),
      make.reshape({ targetShape: [4, 3] }),
      make.permute({ dims: [2, 1] }),
      make.spatialDropout1d({ rate: 0.2 } as never),
      make.globalMaxPooling1d({}),
      make.dense({ units: 3 }),
    ],
  });
}

export const allLayersModels: Readonly<
  Record<'convolutions' | 'merges' | 'activations' | 'nested' | 'rows', () => layers.LayersModel>
> = { convolutions, merges, activations, nested, rows };
