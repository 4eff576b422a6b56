// Shapes and costs of some well-known networks at their cuts, without weights.

import type { HeadPlace, HeadedNetwork } from '../families/design-heads.ts';

export interface KnownNetwork {
  readonly name: string;
  readonly network: HeadedNetwork;
  readonly classes: number;
  /** `[channels, height, width]`, and the share of the MACs up to the cut. */
  readonly cuts: readonly (readonly [shape: readonly number[], share: number])[];
}

/** Networks with cuts after blocks, at 224x224 unless stated otherwise. */
export const knownNetworks: readonly KnownNetwork[] = [
  {
    name: 'SqueezeNet 1.1',
    network: { macs: 349_000_000, parameters: 1_235_496 },
    classes: 1000,
    cuts: [
      [[128, 55, 55], 0.159],
      [[128, 55, 55], 0.265],
      [[256, 27, 27], 0.462],
      [[384, 13, 13], 0.566],
      [[512, 13, 13], 0.657],
      [[512, 13, 13], 0.752],
    ],
  },
  {
    name: 'ShuffleNetV2 x1.0',
    network: { macs: 146_000_000, parameters: 2_278_604 },
    classes: 1000,
    cuts: [
      [[116, 28, 28], 0.16],
      [[116, 28, 28], 0.29],
      [[232, 14, 14], 0.45],
      [[232, 14, 14], 0.6],
      [[464, 7, 7], 0.76],
      [[464, 7, 7], 0.89],
    ],
  },
  {
    name: 'MobileNetV2',
    network: { macs: 300_000_000, parameters: 3_504_872 },
    classes: 1000,
    cuts: [
      [[24, 56, 56], 0.2],
      [[32, 28, 28], 0.33],
      [[64, 14, 14], 0.47],
      [[96, 14, 14], 0.66],
      [[160, 7, 7], 0.83],
      [[320, 7, 7], 0.92],
    ],
  },
  {
    name: 'EfficientNet-B0',
    network: { macs: 390_000_000, parameters: 5_288_548 },
    classes: 1000,
    cuts: [
      [[24, 56, 56], 0.17],
      [[40, 28, 28], 0.29],
      [[80, 14, 14], 0.45],
      [[112, 14, 14], 0.62],
      [[192, 7, 7], 0.8],
      [[320, 7, 7], 0.92],
    ],
  },
  {
    name: 'GoogLeNet',
    network: { macs: 1_500_000_000, parameters: 6_624_904 },
    classes: 1000,
    cuts: [
      [[192, 28, 28], 0.27],
      [[256, 28, 28], 0.35],
      [[480, 14, 14], 0.55],
      [[512, 14, 14], 0.66],
      [[528, 14, 14], 0.8],
      [[832, 7, 7], 0.95],
    ],
  },
  {
    name: 'ResNet-50',
    network: { macs: 4_089_000_000, parameters: 25_557_032 },
    classes: 1000,
    cuts: [
      [[256, 56, 56], 0.14],
      [[512, 28, 28], 0.3],
      [[512, 28, 28], 0.41],
      [[1024, 14, 14], 0.59],
      [[1024, 14, 14], 0.75],
      [[2048, 7, 7], 0.92],
    ],
  },
  {
    name: 'a face network, 112x112',
    network: { macs: 12_000_000, parameters: 180_000 },
    classes: 2,
    cuts: [
      [[64, 28, 28], 0.3],
      [[64, 14, 14], 0.55],
      [[128, 7, 7], 0.8],
    ],
  },
];

/** The places of a network's heads. All but the first read previous logits. */
export function placesOf({ network, cuts }: KnownNetwork): readonly HeadPlace[] {
  return cuts.map(([rowShape, share], index) => ({
    rowShape,
    segmentMacs: (share - (cuts[index - 1]?.[1] ?? 0)) * network.macs,
    cascade: index > 0,
  }));
}
