import { InvalidInputError, type RowShape } from '@ztw/core';
import type { HeadSpecification } from '../head.ts';
import { type Conv2dLayer, convolvedSize } from '../layers/conv2d.ts';
import type { HeadLayer } from '../layers/layer-kinds.ts';
import { headShapes } from '../shapes/head-shapes.ts';
import { assembleHead, type MapSize, poolAndFlatten, requireFeatures, requireInteger } from './assemble-head.ts';
import type { HeadOptions } from './head-options.ts';

export interface ConvHeadOptions extends HeadOptions {
  /** Number of convolutions, 1 to 5. Default 1. */
  readonly layers?: number;
  /**
   * Zero padding of each convolution: 1 (the default) keeps maps even, so that the pool divides them; 0 is the
   * original's.
   */
  readonly padding?: number;
  /**
   * Height and width that maps are pooled to after the convolutions. Default 4, or near it, so that windows are all of
   * one size; with padding 0 always 4, as in the original code, whose 8x8 maps become 3x3 and are pooled to 4x4 by
   * overlapping windows.
   */
  readonly poolSize?: MapSize;
  /** What the convolutions' output channels are divided by beyond that. Default 1. */
  readonly channelDivisor?: number;
}

const kernelSize = 3;

/**
 * By number of layers: each convolution's stride, and what the head's input channels are divided by to give its
 * output's.
 */
const recipes: readonly (readonly { readonly stride: number; readonly divisor: number }[])[] = [
  [{ stride: 2, divisor: 2 }],
  [
    { stride: 2, divisor: 1 },
    { stride: 1, divisor: 2 },
  ],
  [
    { stride: 2, divisor: 1 },
    { stride: 1, divisor: 1 },
    { stride: 1, divisor: 2 },
  ],
  [
    { stride: 1, divisor: 2 },
    { stride: 1, divisor: 2 },
    { stride: 2, divisor: 2 },
    { stride: 1, divisor: 4 },
  ],
  [
    { stride: 1, divisor: 2 },
    { stride: 1, divisor: 2 },
    { stride: 1, divisor: 2 },
    { stride: 1, divisor: 2 },
    { stride: 1, divisor: 2 },
  ],
];

/**
 * The head of the published experiments for maps `[channels, height, width]`: relu before each 3x3 convolution, mixed
 * pool, one dense layer. Strides and channels are the original code's for each number of layers.
 * Source: Wójcik et al., Zero Time Waste in pre-trained early exit neural networks, 2023.
 * @throws InvalidInputError where the options do not fit, for example a map that the kernels do not fit into.
 */
export function convHead(options: ConvHeadOptions): HeadSpecification {
  requireFeatures('conv', options, [3], '[channels, height, width]');
  const { inputShape } = options;
  const layers: readonly HeadLayer[] = [{ kind: 'relu' }, ...convolutions(options, inputShape)];
  const mapShape = headShapes({ inputShape, layers }).at(-1) ?? inputShape;
  return assembleHead('conv', options, [
    ...layers,
    ...poolAndFlatten(options.poolSize ?? originalPoolSize(options), mapShape),
  ]);
}

/** The original's unpadded heads pool to 4x4 whatever the size of the map. */
function originalPoolSize({ padding }: ConvHeadOptions): MapSize | undefined {
  return padding === 0 ? 4 : undefined;
}

/**
 * The convolutions of a conv head over a map `[channels, height, width]` that relu has been applied to, relu between
 * them.
 * @throws InvalidInputError where the map is too small for them.
 */
export function convolutions(
  options: Pick<ConvHeadOptions, 'layers' | 'padding' | 'channelDivisor'>,
  mapShape: RowShape,
): readonly HeadLayer[] {
  const [channels, height, width] = mapShape as readonly [number, number, number];
  const { layers: count = 1, padding = 1, channelDivisor = 1 } = options;
  requireInteger('the number of layers', count, 1, recipes.length);
  requireInteger('the padding', padding, 0, kernelSize - 1);
  requireInteger('the channel divisor', channelDivisor, 1);
  const recipe = recipes[count - 1] ?? [];
  let inChannels = channels;
  const layers = recipe.map(({ stride, divisor }, index): Conv2dLayer => {
    const outChannels = Math.max(1, Math.floor(channels / (divisor * channelDivisor)));
    const layer: Conv2dLayer = {
      kind: 'conv2d',
      name: `conv${index}`,
      inChannels,
      outChannels,
      kernelSize,
      stride,
      padding,
    };
    inChannels = outChannels;
    return layer;
  });
  requireRoom(layers, height, width);
  return layers.flatMap((layer, index): HeadLayer[] => (index === 0 ? [layer] : [{ kind: 'relu' }, layer]));
}

function requireRoom(layers: readonly Conv2dLayer[], height: number, width: number): void {
  const smallest = Math.min(height, width);
  if (layers.reduce((size, layer) => (size < 1 ? size : convolvedSize(layer, size)), smallest) >= 1) return;
  throw new InvalidInputError(
    `A map of ${height} by ${width} is too small for ${layers.length} unpadded 3x3 convolutions; use padding 1, fewer layers or a pooled head.`,
  );
}
