import { type Conv2dLayer, type HeadLayer, InvalidModelError, type RowShape } from '@ztw/core';

/**
 * Row shape that a layer makes of its input's.
 * @throws InvalidModelError where the layer does not take such rows; the message names the layer and both shapes.
 */
export function layerOutputShape(layer: HeadLayer, shape: RowShape): RowShape {
  switch (layer.kind) {
    case 'relu':
    case 'gelu':
      return shape;
    case 'channels-first': {
      const [height, width, channels] = sizesOf(layer, shape, 3, '[height, width, channels]');
      return [channels, height, width];
    }
    case 'conv2d':
      return convolved(layer, shape);
    case 'mixed-pool': {
      const [channels] = sizesOf(layer, shape, 3, '[channels, height, width]');
      return [channels, ...layer.outputSize];
    }
    case 'adaptive-pools': {
      const [channels] = sizesOf(layer, shape, 3, '[channels, height, width]');
      return [2, channels, ...layer.outputSize];
    }
    case 'pool-mix': {
      const [pools, channels, height, width] = sizesOf(layer, shape, 4, '[2, channels, height, width]');
      if (pools !== 2) throw misfit(layer, shape, '[2, channels, height, width]');
      return [channels, height, width];
    }
    case 'flatten':
      return [shape.reduce((product, size) => product * size, 1)];
    case 'take-token': {
      const [tokens, width] = sizesOf(layer, shape, 2, '[tokens, width]');
      if (layer.index >= tokens) throw misfit(layer, shape, `more than ${layer.index} tokens`);
      return [width];
    }
    case 'mean-tokens': {
      const [, width] = sizesOf(layer, shape, 2, '[tokens, width]');
      return [width];
    }
    case 'layer-norm':
      if (shape.at(-1) !== layer.size) throw misfit(layer, shape, `a last axis of ${layer.size}`);
      return shape;
    case 'cascade': {
      const [width] = sizesOf(layer, shape, 1, '[features]');
      return [width + layer.classes];
    }
    case 'dense': {
      const [width] = sizesOf(layer, shape, 1, '[features]');
      if (width !== layer.inFeatures) throw misfit(layer, shape, `[${layer.inFeatures}]`);
      return [layer.outFeatures];
    }
  }
}

function convolved(layer: Conv2dLayer, shape: RowShape): RowShape {
  const [channels, height, width] = sizesOf(layer, shape, 3, '[channels, height, width]');
  if (channels !== layer.inChannels) throw misfit(layer, shape, `${layer.inChannels} channels`);
  const outHeight = convolvedSize(layer, height);
  const outWidth = convolvedSize(layer, width);
  if (outHeight < 1 || outWidth < 1) {
    const least = layer.kernelSize - 2 * layer.padding;
    throw misfit(layer, shape, `a map of at least ${least} by ${least}`);
  }
  return [layer.outChannels, outHeight, outWidth];
}

/** Height or width after a convolution: `floor((size + 2 padding - kernel) / stride) + 1`. */
export function convolvedSize(layer: Pick<Conv2dLayer, 'kernelSize' | 'stride' | 'padding'>, size: number): number {
  return Math.floor((size + 2 * layer.padding - layer.kernelSize) / layer.stride) + 1;
}

function sizesOf(layer: HeadLayer, shape: RowShape, rank: 1, expected: string): readonly [number];
function sizesOf(layer: HeadLayer, shape: RowShape, rank: 2, expected: string): readonly [number, number];
function sizesOf(layer: HeadLayer, shape: RowShape, rank: 3, expected: string): readonly [number, number, number];
function sizesOf(
  layer: HeadLayer,
  shape: RowShape,
  rank: 4,
  expected: string,
): readonly [number, number, number, number];
function sizesOf(layer: HeadLayer, shape: RowShape, rank: number, expected: string): readonly number[] {
  if (shape.length !== rank) throw misfit(layer, shape, expected);
  return shape;
}

function misfit(layer: HeadLayer, shape: RowShape, expected: string): InvalidModelError {
  const name = 'name' in layer ? `${layer.kind} "${layer.name}"` : layer.kind;
  return new InvalidModelError(`The layer ${name} expects ${expected}, but gets rows of shape [${shape.join(', ')}].`);
}
