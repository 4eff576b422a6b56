// A real network with exits as one file: the same answers as stage by stage, for every threshold and batch.

import { classify, confidenceThreshold, type EnsembleSpecification, runAllExits } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import { exportBundle } from '@ztw/onnx-graph';
import { beforeAll, describe, expect, test } from 'vitest';
import { createExecutor, loadBundle } from '../../src/index.ts';
import { bundleOf, cutNetwork, fashionNetwork, structuredRows } from '../support/cut-network.ts';
import { runtimes } from '../support/runtimes.ts';
import { readFrom } from '../support/tiny-network.ts';

const rows = 35;
/** Sums in another order move a probability by a few units in its last place; a row this close may leave elsewhere. */
const band = 1e-5;
const classes = 10;

/** Weights that differ from exit to exit, so that none can be taken for another. */
function unequalWeights(kind: 'geometric' | 'arithmetic', exits: number): EnsembleSpecification {
  const exitAt = (exit: number) => ({
    weights: Array.from({ length: exit + 1 }, (_, member) => 0.4 + 0.3 * Math.sin(exit + 2 * member)),
    bias: Array.from({ length: classes }, (_, label) => 0.2 * Math.cos(exit + label)),
  });
  return { specificationVersion: 'v1', kind, classes, exits: Array.from({ length: exits }, (_, exit) => exitAt(exit)) };
}

let files: ReadonlyMap<string, Uint8Array>;
let data: Float32Array;
const specification = unequalWeights('geometric', 7);
beforeAll(async () => {
  const cut = await cutNetwork({ ort: runtimes[1]!.ort, path: fashionNetwork, sharpness: 10 });
  files = await bundleOf(cut, specification);
  data = structuredRows(cut.analysis.input.rowShape, rows, 7);
}, 300_000);

describe.each(runtimes)('$name', ({ ort }) => {
  test('every executor and batch gives the answers of the staged network', { timeout: 600_000 }, async () => {
    await using loaded = await loadBundle({ ort, bundle: readFrom(files) });
    const { model, ensemble } = loaded;
    const confidences = await confidencesOf(loaded.model);
    const setups = [
      { kind: 'nested-if', batchSize: 1 },
      { kind: 'batch-if', batchSize: 1 },
      { kind: 'batch-if', batchSize: 3 },
      { kind: 'batch-if', batchSize: 32 },
    ] as const;
    for (const setup of setups) {
      await using executor = await createExecutor({ ort, bundle: readFrom(files), exportBundle, ...setup });
      for (const threshold of [0, 0.5, 0.9, 1]) {
        const policy = confidenceThreshold(threshold);
        const expected = await classify(model, { data, rows }, { policy, ensemble });
        const spread = expected.summary.exitHistogram.filter((count) => count > 0).length;
        expect(spread).toBeGreaterThan(threshold === 0 || threshold === 1 ? 0 : 2);
        const { results } = await executor.classify({ data, rows }, { threshold });
        for (const [row, result] of results.entries()) {
          const other = expected.results[row]!;
          if (result.exitIndex !== other.exitIndex) {
            const earlier = Math.min(result.exitIndex, other.exitIndex);
            expect(Math.abs(confidences[earlier]![row]! - threshold)).toBeLessThan(band);
            continue;
          }
          result.probabilities.forEach((value, label) => {
            expect(Math.abs(value - other.probabilities[label]!)).toBeLessThan(band);
          });
        }
      }
    }
  });

  /** Largest combined probability of every row at every exit. */
  async function confidencesOf(model: Parameters<typeof runAllExits>[0]): Promise<readonly (readonly number[])[]> {
    const logits = await runAllExits(model, { data, rows });
    const ensemble = ensembleFromSpecification(specification);
    let state = ensemble.init(rows, classes);
    return logits.map((exitLogits, exit) => {
      const update = ensemble.update(state, exit, exitLogits);
      state = update.state;
      const { logProbabilities } = update;
      return Array.from({ length: rows }, (_, row) =>
        Math.exp(Math.max(...logProbabilities.subarray(row * classes, (row + 1) * classes))),
      );
    });
  }
});
