// The layers that programs can express, by their class.

import { lowerActivation, lowerElu, lowerLeakyRelu, lowerPRelu, lowerRelu, lowerSoftmax } from './activations.ts';
import { lowerConv2d, lowerDense, lowerDepthwiseConv2d, lowerSeparableConv2d } from './convolutions.ts';
import { type LayerLowering, type LayerNode, refuseLayer } from './layer-node.ts';
import {
  lowerCropping2d,
  lowerIdentity,
  lowerPermute,
  lowerRescaling,
  lowerReshape,
  lowerZeroPadding2d,
} from './layouts.ts';
import { lowerAdd, lowerAverage, lowerConcatenate, lowerMaximum, lowerMinimum, lowerMultiply } from './merges.ts';
import { lowerBatchNormalisation, lowerLayerNormalisation } from './normalisations.ts';
import {
  lowerAveragePooling2d,
  lowerGlobalAveragePooling1d,
  lowerGlobalAveragePooling2d,
  lowerGlobalMaxPooling1d,
  lowerGlobalMaxPooling2d,
  lowerMaxPooling2d,
} from './pools.ts';

const lowerings: ReadonlyMap<string, LayerLowering> = new Map([
  ['Activation', lowerActivation],
  ['Add', lowerAdd],
  ['AlphaDropout', lowerIdentity],
  ['Average', lowerAverage],
  ['AveragePooling2D', lowerAveragePooling2d],
  ['BatchNormalization', lowerBatchNormalisation],
  ['Concatenate', lowerConcatenate],
  ['Conv2D', lowerConv2d],
  ['Cropping2D', lowerCropping2d],
  ['Dense', lowerDense],
  ['DepthwiseConv2D', lowerDepthwiseConv2d],
  ['Dropout', lowerIdentity],
  ['ELU', lowerElu],
  ['Flatten', lowerReshape],
  ['GaussianDropout', lowerIdentity],
  ['GaussianNoise', lowerIdentity],
  ['GlobalAveragePooling1D', lowerGlobalAveragePooling1d],
  ['GlobalAveragePooling2D', lowerGlobalAveragePooling2d],
  ['GlobalMaxPooling1D', lowerGlobalMaxPooling1d],
  ['GlobalMaxPooling2D', lowerGlobalMaxPooling2d],
  ['LayerNormalization', lowerLayerNormalisation],
  ['LeakyReLU', lowerLeakyRelu],
  ['MaxPooling2D', lowerMaxPooling2d],
  ['Maximum', lowerMaximum],
  ['Minimum', lowerMinimum],
  ['Multiply', lowerMultiply],
  ['PReLU', lowerPRelu],
  ['Permute', lowerPermute],
  ['ReLU', lowerRelu],
  ['Rescaling', lowerRescaling],
  ['Reshape', lowerReshape],
  ['SeparableConv2D', lowerSeparableConv2d],
  ['Softmax', lowerSoftmax],
  ['SpatialDropout1D', lowerIdentity],
  ['ZeroPadding2D', lowerZeroPadding2d],
]);

/** Classes of all layers that programs can express. */
export const supportedLayers: readonly string[] = [...lowerings.keys()];

/** @throws UnsupportedModelError naming the layer, its class, and what is supported. */
export function layerLowering(node: LayerNode): LayerLowering {
  const lowering = lowerings.get(node.className);
  return lowering ?? refuseLayer(node, `this class is not supported. Supported are ${supportedLayers.join(', ')}.`);
}
