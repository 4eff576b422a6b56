// A bundle for images: the ResNet-20 of the repository with heads of random values, as ONNX files and as programs.

import { bundleFiles } from '@ztw/bundle';
import { equalWeights } from '@ztw/ensemble';
import { compileNetwork } from '@ztw/onnx-graph';
import type { OnnxRuntime } from '@ztw/runtime-onnx';
import { cutNetwork, fashionNetwork } from '../../../runtime-onnx/test/support/cut-network.ts';
import type { Pixels } from '../../src/pixels/pixels.ts';

export const fashionLabels: readonly string[] =
  't-shirt trouser pullover dress coat sandal shirt sneaker bag boot'.split(' ');

/** Limits on the confidence at each exit but the last, between those that the random heads give. */
export const fashionThreshold: readonly number[] = [0.3, 0.22, 0.17, 0.15, 0.145, 0.14];

/** All files by their path, the manifest last. */
export async function fashionBundle(ort: OnnxRuntime): Promise<ReadonlyMap<string, Uint8Array>> {
  const { analysis, cuts, heads, name } = await cutNetwork({ ort, path: fashionNetwork, sharpness: 4 });
  const { network, files } = compileNetwork({ analysis, cuts, heads, name, pathPrefix: 'stages/', runtimes: 'both' });
  return bundleFiles({
    manifest: {
      method: 'ztw',
      classes: analysis.classes,
      labels: fashionLabels,
      inputShape: analysis.input.rowShape,
      preprocessing: { channels: 1, height: 28, width: 28, resize: 'stretch', mean: [0.286], std: [0.353] },
      networks: [network],
      ensemble: equalWeights('geometric', network.stages.length, analysis.classes),
      operatingPoints: [
        { budget: 0.5, policy: { kind: 'confidence', limit: fashionThreshold }, accuracy: 0.8, cost: 0.5 },
        { budget: 1, policy: { kind: 'confidence', limit: 0.26 }, accuracy: 0.9, cost: 0.9 },
      ],
      provenance: {},
    },
    files,
  });
}

/** Images of stripes, each of another direction and contrast. */
export function stripedImages(count: number, size = 28, channels: 1 | 3 | 4 = 1): readonly Pixels[] {
  return Array.from({ length: count }, (_, image) => {
    const data = new Uint8Array(size * size * channels);
    for (let position = 0; position < data.length; position++) {
      const pixel = Math.floor(position / channels);
      const along = (pixel % size) * Math.cos(image) + Math.floor(pixel / size) * Math.sin(image);
      const isAlpha = channels === 4 && position % 4 === 3;
      data[position] = isAlpha
        ? 255
        : 127.5 +
          (30 + ((7 * image) % 97)) * Math.sin((along * (1 + (image % 3))) / (size / 20) + (position % channels));
    }
    return { data, width: size, height: size, channels };
  });
}
