import { branchGain, classifyMeans, silu, squeezeExcitation } from './image-layers.ts';
import { imageInput, type WrittenNetwork, writeNetwork } from './network-writer.ts';

/** Expansion, kernel, first stride, channels and repeats of each group of blocks. */
const groups = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;

/** EfficientNet-B0. Source: Tan and Le, 2019, table 1; layers as in torchvision. */
export function efficientNetB0(seed: number): WrittenNetwork {
  return writeNetwork('efficientnet-b0', 13, seed, (writer) => {
    let channels = 32;
    const stem = writer.convolution('features.0.0', imageInput, { from: 3, to: channels, kernel: 3, stride: 2 });
    let features = silu(writer, 'features.0.2', stem);
    for (const [group, [expansion, kernel, firstStride, to, repeats]] of groups.entries()) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const scope = `features.${group + 1}.${repeat}`;
        const stride = repeat === 0 ? firstStride : 1;
        const wide = channels * expansion;
        const isResidual = stride === 1 && channels === to;
        let inner = features;
        if (expansion > 1) {
          const expanded = writer.convolution(`${scope}.expand`, inner, { from: channels, to: wide });
          inner = silu(writer, `${scope}.expand.2`, expanded);
        }
        const depthwise = { from: wide, to: wide, kernel, stride, groups: wide };
        inner = silu(writer, `${scope}.depthwise.2`, writer.convolution(`${scope}.depthwise`, inner, depthwise));
        inner = squeezeExcitation(writer, `${scope}.squeeze`, inner, {
          channels: wide,
          squeezed: channels / 4,
          activation: silu,
          scale: (into, name, input) => into.apply(name, 'Sigmoid', [input]),
        });
        const gain = isResidual ? branchGain : Math.SQRT2;
        inner = writer.convolution(`${scope}.project`, inner, { from: wide, to, gain });
        features = isResidual ? writer.apply(scope, 'Add', [inner, features]) : inner;
        channels = to;
      }
    }
    const last = writer.convolution('features.8.0', features, { from: channels, to: 1280 });
    return classifyMeans(writer, 'classifier.1', silu(writer, 'features.8.2', last), 1280);
  });
}
