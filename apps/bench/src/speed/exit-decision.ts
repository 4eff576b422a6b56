import { classify, confidenceThreshold } from '@ztw/core';
import { replayModel, rowNumbers } from '@ztw/core/testing';
import { ensembleFromSpecification } from '@ztw/ensemble';
import { median } from '../median.ts';

const exits = 6;

/**
 * Microseconds per row and exit on the host: softmax, ensemble of up to six exits, policy and bookkeeping. No row
 * leaves early. Stored logits replace the stages; their copies are counted too.
 */
export async function exitDecisionMicroseconds(classes: number): Promise<number> {
  const rows = 256;
  const logits = Float32Array.from({ length: rows * classes }, (_, index) => 4 * Math.sin(index * 12.9898));
  const model = replayModel({ classes, exits: Array.from({ length: exits }, () => logits) });
  const ensemble = ensembleFromSpecification({
    specificationVersion: 'v1',
    kind: 'geometric',
    classes,
    exits: Array.from({ length: exits }, (_, exit) => ({
      weights: Array.from({ length: exit + 1 }, () => 0),
      bias: Array.from({ length: classes }, () => 0),
    })),
  });
  const times: number[] = [];
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    await classify(model, rowNumbers(rows), { policy: confidenceThreshold(1), ensemble, batchSize: rows });
    if (round >= 20) times.push((1000 * (performance.now() - start)) / (rows * exits));
  }
  await model[Symbol.asyncDispose]();
  return median(times);
}
