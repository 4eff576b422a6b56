// Synthetic exits: their quality grows along the network, their errors are correlated, they are overconfident, and each
// of them favours some classes.

import { seededRandom } from '@ztw/heads';
import type { ExitLogits } from './exit-logits.ts';

export interface SyntheticExitsOptions {
  readonly rows: number;
  readonly exits: number;
  readonly classes: number;
  /** Correlation of the errors of neighbouring exits, 0 to 1. */
  readonly errorCorrelation: number;
  readonly seed: number;
}

/** Standard deviation of the easiness of a row, in units of the noise of a class. */
const easeSpread = 1.2;
/** Quality of the first and the last exit, relative to the largest noise of all wrong classes. */
const firstQuality = -0.5;
const lastQuality = 1.3;
/** Factor on the logits, compared with a calibrated classifier. */
const overconfidence = 1.6;
/** Standard deviation of the bias of an exit towards a class. */
const favour = 0.25;

/** Makes logits that depend only on the options, on every machine. */
export function syntheticExits({ rows, exits, classes, errorCorrelation, seed }: SyntheticExitsOptions): ExitLogits {
  const normal = normalNumbers(seededRandom(seed));
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const logits = Array.from({ length: exits }, () => new Float32Array(rows * classes));
  const favours = logits.map(() => Float64Array.from({ length: classes }, () => favour * normal()));
  const fresh = Math.sqrt(1 - errorCorrelation ** 2);
  const noise = new Float64Array(classes);
  // Approximate mean of the largest of this many normal numbers.
  const largestNoise =
    Math.sqrt(2 * Math.log(classes)) -
    Math.log(4 * Math.PI * Math.log(classes)) / (2 * Math.sqrt(2 * Math.log(classes)));
  for (let row = 0; row < rows; row++) {
    const ease = easeSpread * normal();
    const label = labels[row] as number;
    logits.forEach((values, exit) => {
      const progress = exits === 1 ? 1 : (1 - Math.exp((-2 * exit) / (exits - 1))) / (1 - Math.exp(-2));
      const quality = largestNoise + ease + firstQuality + progress * (lastQuality - firstQuality);
      for (let c = 0; c < classes; c++) {
        noise[c] = exit === 0 ? normal() : errorCorrelation * (noise[c] as number) + fresh * normal();
        const signal = c === label ? quality : 0;
        const score = signal + (noise[c] as number) + (favours[exit]?.[c] as number);
        values[row * classes + c] = overconfidence * Math.max(1, largestNoise) * score;
      }
    });
  }
  return { labels, logits, classes, exitCosts: logits.map((_, exit) => exit + 1), wholeCost: exits };
}

/** Standard normal numbers. Source: Box and Muller, 1958. */
function normalNumbers(random: () => number): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
