import { branchGain, classifyMeans, relu } from './image-layers.ts';
import { imageInput, type WrittenNetwork, writeNetwork } from './network-writer.ts';

/** Inner channels, repeats and first stride of each group of blocks. */
const groups = [
  [64, 3, 1],
  [128, 4, 2],
  [256, 6, 2],
  [512, 3, 2],
] as const;

/** Channels of a block, as a multiple of its inner channels. */
const expansion = 4;

/** ResNet-50. Source: He et al., 2016, table 1; layers as in torchvision, with strides in the 3x3 convolutions. */
export function resNet50(seed: number): WrittenNetwork {
  return writeNetwork('resnet-50', 13, seed, (writer) => {
    const stem = writer.convolution('conv1', imageInput, { from: 3, to: 64, kernel: 7, stride: 2 });
    let features = writer.apply('maxpool', 'MaxPool', [relu(writer, 'relu', stem)], {
      ceil_mode: 0,
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    });
    let channels = 64;
    for (const [group, [inner, repeats, firstStride]] of groups.entries()) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const scope = `layer${group + 1}.${repeat}`;
        const stride = repeat === 0 ? firstStride : 1;
        const to = inner * expansion;
        const first = writer.convolution(`${scope}.conv1`, features, { from: channels, to: inner });
        const middle = { from: inner, to: inner, kernel: 3, stride };
        const second = writer.convolution(`${scope}.conv2`, relu(writer, `${scope}/relu`, first), middle);
        const last = { from: inner, to, gain: branchGain };
        const third = writer.convolution(`${scope}.conv3`, relu(writer, `${scope}/relu_1`, second), last);
        const shortcut =
          repeat === 0 ? writer.convolution(`${scope}.downsample`, features, { from: channels, to, stride }) : features;
        features = relu(writer, `${scope}/relu_2`, writer.apply(scope, 'Add', [third, shortcut]));
        channels = to;
      }
    }
    return classifyMeans(writer, 'fc', features, channels);
  });
}
