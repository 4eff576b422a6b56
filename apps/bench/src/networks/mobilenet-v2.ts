import { branchGain, classifyMeans, relu6 } from './image-layers.ts';
import { imageInput, type NetworkWriter, type WrittenNetwork, writeNetwork } from './network-writer.ts';

/** Expansion, channels, repeats and first stride of each group of blocks. */
const groups = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 at width 1. Source: Sandler et al., 2018, table 2; layers as in torchvision. */
export function mobileNetV2(seed: number): WrittenNetwork {
  return writeNetwork('mobilenet-v2', 13, seed, (writer) => {
    const block = (scope: string, input: string, shape: Parameters<NetworkWriter['convolution']>[2]): string =>
      relu6(writer, `${scope}.2`, writer.convolution(`${scope}.0`, input, shape));
    let channels = 32;
    let features = block('features.0', imageInput, { from: 3, to: channels, kernel: 3, stride: 2 });
    let index = 1;
    for (const [expansion, to, repeats, firstStride] of groups) {
      for (let repeat = 0; repeat < repeats; repeat++, index++) {
        const scope = `features.${index}`;
        const stride = repeat === 0 ? firstStride : 1;
        const wide = channels * expansion;
        const isResidual = stride === 1 && channels === to;
        let inner = features;
        if (expansion > 1) inner = block(`${scope}.conv.expand`, inner, { from: channels, to: wide });
        inner = block(`${scope}.conv.depthwise`, inner, { from: wide, to: wide, kernel: 3, stride, groups: wide });
        const projection = { from: wide, to, gain: isResidual ? branchGain : Math.SQRT2 };
        inner = writer.convolution(`${scope}.conv.project`, inner, projection);
        features = isResidual ? writer.apply(scope, 'Add', [features, inner]) : inner;
        channels = to;
      }
    }
    features = block(`features.${index}`, features, { from: channels, to: 1280 });
    return classifyMeans(writer, 'classifier.1', features, 1280);
  });
}
