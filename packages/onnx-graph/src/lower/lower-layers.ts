import { type CascadeLayer, type Conv2dLayer, type DenseLayer, type HeadLayer, InvalidModelError } from '@ztw/core';
import { layerOutputShape } from '@ztw/heads';
import { intAttribute, intsAttribute } from '../graph/build.ts';
import { lowerGelu } from './gelu.ts';
import { lowerLayerNorm, lowerMean } from './layer-norm.ts';
import { type Lowering, storeParameter, type Value } from './lowering.ts';
import { lowerAdaptivePools, lowerMixedPool, lowerPoolMix } from './mixed-pool.ts';

/**
 * Writes layers one after the other.
 * @param value Features, `[rows, ...shape]`.
 * @returns what the last layer gives; `value` itself for no layers.
 * @throws InvalidModelError where layers, shapes and parameters do not fit together.
 */
export function lowerLayers(lowering: Lowering, layers: readonly HeadLayer[], value: Value): Value {
  return layers.reduce((current, layer) => {
    const shape = layerOutputShape(layer, current.shape);
    return { name: lowerLayer(lowering, layer, current), shape };
  }, value);
}

function lowerLayer(lowering: Lowering, layer: HeadLayer, value: Value): string {
  const { builder } = lowering;
  switch (layer.kind) {
    case 'relu':
      return builder.apply('Relu', [value.name]);
    case 'gelu':
      return lowerGelu(builder, value.name);
    case 'channels-first':
      return builder.apply('Transpose', [value.name], [intsAttribute('perm', [0, 3, 1, 2])]);
    case 'conv2d':
      return lowerConv2d(lowering, layer, value);
    case 'mixed-pool':
      return lowerMixedPool(lowering, layer, value).name;
    case 'adaptive-pools':
      return lowerAdaptivePools(lowering, layer, value).name;
    case 'pool-mix':
      return lowerPoolMix(lowering, layer, value).name;
    case 'flatten':
      return value.shape.length === 1 ? value.name : builder.apply('Flatten', [value.name], [intAttribute('axis', 1)]);
    case 'take-token':
      return builder.apply(
        'Gather',
        [value.name, builder.integers('head/token', [], [layer.index])],
        [intAttribute('axis', 1)],
      );
    case 'mean-tokens':
      return lowerMean(builder, value.name, 1, false);
    case 'layer-norm':
      return lowerLayerNorm(lowering, layer, value).name;
    case 'cascade':
      return lowerCascade(lowering, layer, value);
    case 'dense':
      return lowerDense(lowering, layer, value);
  }
}

function lowerConv2d(lowering: Lowering, layer: Conv2dLayer, value: Value): string {
  const { name, inChannels, outChannels, kernelSize, stride, padding } = layer;
  const weight = storeParameter(lowering, `${name}.weight`, [outChannels, inChannels, kernelSize, kernelSize]);
  const bias = storeParameter(lowering, `${name}.bias`, [outChannels]);
  return lowering.builder.apply(
    'Conv',
    [value.name, weight, bias],
    [
      intsAttribute('kernel_shape', [kernelSize, kernelSize]),
      intsAttribute('strides', [stride, stride]),
      intsAttribute('pads', [padding, padding, padding, padding]),
    ],
  );
}

/** The previous logits, normalised where the layer says so, behind the features. */
function lowerCascade(lowering: Lowering, layer: CascadeLayer, value: Value): string {
  const { builder, previousLogits } = lowering;
  if (previousLogits === null) {
    throw new InvalidModelError(`cascade '${layer.name}' has no logits of a classifier before it to read`);
  }
  const logits = { name: previousLogits, shape: [layer.classes] };
  const appended = layer.layerNorm ? lowerLayerNorm(lowering, layer, logits) : logits;
  return builder.apply('Concat', [value.name, appended.name], [intAttribute('axis', 1)]);
}

function lowerDense(lowering: Lowering, layer: DenseLayer, value: Value): string {
  const { name, inFeatures, outFeatures } = layer;
  const weight = storeParameter(lowering, `${name}.weight`, [outFeatures, inFeatures]);
  const bias = storeParameter(lowering, `${name}.bias`, [outFeatures]);
  return lowering.builder.apply('Gemm', [value.name, weight, bias], [intAttribute('transB', 1)]);
}
