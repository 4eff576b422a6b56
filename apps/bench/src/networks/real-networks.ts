// The networks at the sizes that people use, and their published costs.

import { efficientNetB0 } from './efficientnet-b0.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { mobileNetV3Large } from './mobilenet-v3-large.ts';
import type { WrittenNetwork } from './network-writer.ts';
import { resNet50 } from './resnet-50.ts';
import { viTS16 } from './vit-s-16.ts';

export interface RealNetwork {
  /** Its name, and that of its file without `.onnx`. */
  readonly name: string;
  readonly title: string;
  /** Parameters, as published. */
  readonly parameters: number;
  /** Billions of multiply-accumulates per image, as published. */
  readonly gigaMacs: number;
  write(seed: number): WrittenNetwork;
}

/**
 * Parameters and MACs of the first four: torchvision 0.20, table of classification weights, "Params" and "GFLOPS" (which
 * counts a multiply-accumulate once). Of ViT-S/16: timm 1.0, results/model_metadata-in1k.csv and
 * benchmark-infer tables.
 */
export const realNetworks: readonly RealNetwork[] = [
  { name: 'mobilenet-v2', title: 'MobileNetV2', parameters: 3_504_872, gigaMacs: 0.301, write: mobileNetV2 },
  {
    name: 'mobilenet-v3-large',
    title: 'MobileNetV3-Large',
    parameters: 5_483_032,
    gigaMacs: 0.217,
    write: mobileNetV3Large,
  },
  { name: 'efficientnet-b0', title: 'EfficientNet-B0', parameters: 5_288_548, gigaMacs: 0.386, write: efficientNetB0 },
  { name: 'resnet-50', title: 'ResNet-50', parameters: 25_557_032, gigaMacs: 4.089, write: resNet50 },
  { name: 'vit-s-16', title: 'ViT-S/16', parameters: 22_050_664, gigaMacs: 4.61, write: viTS16 },
];
