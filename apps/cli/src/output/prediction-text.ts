// The predicted time of a planned network and the size of its bundle, for people.

import type { PlanPrediction } from '@ztw/training/onnx';
import { formatCount, formatMilliseconds, formatPercent } from './format.ts';

/**
 * @param runtime Name and version.
 * @returns one line, such as `net: predicted 4.20 ms whole and 4.40 ms (104.8 %) to the last exit on ...`.
 */
export function predictionText(
  network: string,
  { batchSize, wholeMilliseconds, stages, bundleBytes }: PlanPrediction,
  runtime: string,
): string {
  const exits = stages.map(({ cumulativeMilliseconds }) => cumulativeMilliseconds);
  const last = exits.at(-1) ?? wholeMilliseconds;
  const ofEach = exits.map(formatMilliseconds).join(', ');
  return `${network}: predicted ${formatMilliseconds(wholeMilliseconds)} per row whole, and to the exits ${ofEach} (the last one: ${formatPercent(last / wholeMilliseconds)}); ${runtime}, scaled by a short run on this device, batches of ${batchSize}. Weights of network and heads: ${formatCount(bundleBytes)}B. Measure with ztw bench.`;
}
