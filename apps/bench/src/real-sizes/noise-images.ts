import { seededRandom } from '@ztw/heads';
import { imageShape } from '../networks/network-writer.ts';

/** Values of one image. */
export const imageSize: number = imageShape.reduce((product, size) => product * size, 1);

/** Noise of mean 0 and deviation 1, `[rows, 3, 224, 224]`. The contrast differs between rows. */
export function noiseImages(rows: number): Float32Array {
  const random = seededRandom(7);
  return Float32Array.from({ length: rows * imageSize }, (_, index) => {
    const contrast = 0.5 + Math.floor(index / imageSize) / rows;
    return contrast * 2 * Math.sqrt(3) * (random() - 0.5);
  });
}
