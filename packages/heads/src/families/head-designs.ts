// Which designs a head may fall back to where the default costs too much for its network.

import type { RowShape } from '@ztw/core';
import { convolvedSize } from '../layers/conv2d.ts';
import { automaticFamily, type HeadDesign } from './build-head.ts';
import { evenPoolSize } from './even-pool-size.ts';

/** Where to begin: with what `auto` takes, or past all designs with convolutions. */
export type FirstDesign = 'auto' | 'pooled';

export interface HeadDesignsOptions {
  readonly classes: number;
  /** Default `auto`. */
  readonly first?: FirstDesign;
}

type Sides = readonly [height: number, width: number];

/** Widths of bottlenecks. Only those below half of the classes save anything worth it. */
const bottlenecks = [256, 128, 64, 32, 16];

/**
 * Designs for features, the preferred one first: what `auto` takes; pool-conv heads that pool to smaller maps and have
 * fewer channels; pooled heads down to 1x1; for many classes, a bottleneck before the last layer. Pools divide the map
 * where the map allows it.
 * @throws InvalidInputError for features that no family reads.
 */
export function headDesigns(featureShape: RowShape, options: HeadDesignsOptions): readonly HeadDesign[] {
  const { classes, first = 'auto' } = options;
  const narrow = (smallest: readonly HeadDesign[]): readonly HeadDesign[] =>
    bottlenecks
      .filter((width) => 2 * width < classes)
      .flatMap((bottleneck) => smallest.map((design) => ({ ...design, bottleneck })));
  const family = automaticFamily(featureShape);
  switch (family) {
    case 'token':
    case 'pooled':
      return [{ family }, ...narrow([{ family }])];
    case 'conv':
    case 'pool-conv': {
      const sides: Sides = [featureShape[1] as number, featureShape[2] as number];
      const convolved = first === 'auto' ? convolvedDesigns(family, sides) : [];
      const smallest: HeadDesign = { family: 'pooled', poolSize: [1, 1] };
      return [
        ...convolved,
        { family: 'pooled' },
        { family: 'pooled', poolSize: sidesNear(sides, 2) },
        smallest,
        ...narrow([...convolved.filter(isSmallConvolved), smallest]),
      ];
    }
  }
}

/**
 * Heads with a convolution: on the whole map or on 8x8, 4x4; with all of their channels, half, a quarter; pooled to
 * 4x4, 2x2, 1x1.
 */
function convolvedDesigns(family: 'conv' | 'pool-conv', sides: Sides): readonly HeadDesign[] {
  const whole = family === 'conv' ? withSmallerPools({ family }, sides) : [];
  const reduced = [8, 4].flatMap((wanted) =>
    [1, 2, 4].flatMap((channelDivisor) => {
      const reducedSize = sidesNear(sides, wanted);
      return withSmallerPools(
        {
          family: 'pool-conv',
          // The defaults stay unsaid.
          ...(wanted === 8 ? {} : { reducedSize }),
          ...(channelDivisor === 1 ? {} : { channelDivisor }),
        },
        reducedSize,
      );
    }),
  );
  return [...whole, ...reduced];
}

/**
 * Whether a bottleneck is worth it behind this convolution: on a reduced map, and pooled to 1x1, since larger maps have
 * many values by themselves.
 */
function isSmallConvolved({ reducedSize, poolSize, family }: HeadDesign): boolean {
  return family === 'pool-conv' && reducedSize === undefined && String(poolSize) === '1,1';
}

/** @param sides Of the map that the convolution reads. */
function withSmallerPools(design: HeadDesign, sides: Sides): readonly HeadDesign[] {
  const [height, width] = sides.map((side) => convolvedSize(firstConvolution, side)) as unknown as Sides;
  return [design, ...[2, 1].map((wanted) => ({ ...design, poolSize: sidesNear([height, width], wanted) }))];
}

/** Of a head with one layer. */
const firstConvolution = { kernelSize: 3, stride: 2, padding: 1 };

function sidesNear([height, width]: Sides, wanted: number): Sides {
  return [evenPoolSize(height, wanted), evenPoolSize(width, wanted)];
}
