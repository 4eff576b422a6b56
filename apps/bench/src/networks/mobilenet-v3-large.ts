import {
  branchGain,
  divisibleByEight,
  globalMean,
  hardSigmoid,
  hardSwish,
  relu,
  squeezeExcitation,
} from './image-layers.ts';
import { imageClasses, imageInput, type WrittenNetwork, writeNetwork } from './network-writer.ts';

/** Kernel, expanded channels, channels, whether it squeezes, whether it is hard-swish, and stride of each block. */
const blocks = [
  [3, 16, 16, false, false, 1],
  [3, 64, 24, false, false, 2],
  [3, 72, 24, false, false, 1],
  [5, 72, 40, true, false, 2],
  [5, 120, 40, true, false, 1],
  [5, 120, 40, true, false, 1],
  [3, 240, 80, false, true, 2],
  [3, 200, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 480, 112, true, true, 1],
  [3, 672, 112, true, true, 1],
  [5, 672, 160, true, true, 2],
  [5, 960, 160, true, true, 1],
  [5, 960, 160, true, true, 1],
] as const;

/** MobileNetV3-Large. Source: Howard et al., 2019, table 1; layers as in torchvision. */
export function mobileNetV3Large(seed: number): WrittenNetwork {
  return writeNetwork('mobilenet-v3-large', 13, seed, (writer) => {
    let channels = 16;
    const stem = writer.convolution('features.0.0', imageInput, { from: 3, to: channels, kernel: 3, stride: 2 });
    let features = hardSwish(writer, 'features.0.2', stem);
    for (const [index, [kernel, wide, to, squeezes, isHardSwish, stride]] of blocks.entries()) {
      const scope = `features.${index + 1}`;
      const activation = isHardSwish ? hardSwish : relu;
      const isResidual = stride === 1 && channels === to;
      let inner = features;
      if (wide !== channels) {
        const expanded = writer.convolution(`${scope}.expand`, inner, { from: channels, to: wide });
        inner = activation(writer, `${scope}.expand.2`, expanded);
      }
      const depthwise = { from: wide, to: wide, kernel, stride, groups: wide };
      inner = activation(writer, `${scope}.depthwise.2`, writer.convolution(`${scope}.depthwise`, inner, depthwise));
      if (squeezes) {
        inner = squeezeExcitation(writer, `${scope}.squeeze`, inner, {
          channels: wide,
          squeezed: divisibleByEight(wide / 4),
          activation: relu,
          scale: hardSigmoid,
        });
      }
      const gain = isResidual ? branchGain : Math.SQRT2;
      inner = writer.convolution(`${scope}.project`, inner, { from: wide, to, gain });
      features = isResidual ? writer.apply(scope, 'Add', [inner, features]) : inner;
      channels = to;
    }
    const last = writer.convolution('features.16.0', features, { from: channels, to: 960 });
    const means = globalMean(writer, hardSwish(writer, 'features.16.2', last));
    const hidden = hardSwish(writer, 'classifier.1', writer.dense('classifier.0', means, 960, 1280, Math.SQRT2));
    return writer.dense('classifier.3', hidden, 1280, imageClasses);
  });
}
