// A small example of a user's own classes: the direction of stripes, with random phase, strength and noise.

import { seededRandom } from '@ztw/heads';
import type { LabelledRows } from '../../../training/src/data/row-data.ts';

export const stripeClasses: readonly string[] = ['horizontal', 'vertical', 'diagonal'];

/** Images `[3, side, side]`, the classes in turn. */
export function stripedImages(count: number, side: number, seed: number): LabelledRows {
  const random = seededRandom(seed);
  const plane = side * side;
  const rows = new Float32Array(count * 3 * plane);
  const labels = Int32Array.from({ length: count }, (_unused, row) => row % stripeClasses.length);
  for (const [row, label] of labels.entries()) {
    const phase = random() * 2 * Math.PI;
    const strength = 0.6 + 0.4 * random();
    for (let position = 0; position < plane; position++) {
      const [x, y] = [position % side, Math.floor(position / side)];
      const along = [y, x, (x + y) / Math.SQRT2][label] as number;
      const value = strength * Math.sin(phase + (2 * Math.PI * along) / 4);
      for (let channel = 0; channel < 3; channel++) {
        rows[(row * 3 + channel) * plane + position] = value + 0.3 * (random() - 0.5);
      }
    }
  }
  return { rows, labels };
}
