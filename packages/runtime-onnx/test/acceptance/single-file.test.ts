// Real networks with exits as one file: they give the same answers as the stages do, for every threshold and batch.

import { basename } from 'node:path';
import { classify, confidenceThreshold, type EnsembleSpecification, runAllExits, type StagedModel } from '@ztw/core';
import { ensembleFromSpecification } from '@ztw/ensemble';
import { exportBundle } from '@ztw/onnx-graph';
import { describe, expect, test } from 'vitest';
import { createExecutor, loadBundle, type OnnxRuntime } from '../../src/index.ts';
import { bundleOf, cutNetwork, fashionNetwork, sharedNetworks, structuredRows } from '../support/cut-network.ts';
import { runtimes } from '../support/runtimes.ts';
import { readFrom } from '../support/tiny-network.ts';

/**
 * Another order of sums moves a probability by a few units in the last place. Rows this close to the threshold may
 * leave at another exit.
 */
const band = 1e-5;
const classes = 10;

const thresholds = [0, 0.5, 0.9, 1];
const setups = [
  { kind: 'nested-if', batchSize: 1 },
  { kind: 'batch-if', batchSize: 1 },
  { kind: 'batch-if', batchSize: 3 },
  { kind: 'batch-if', batchSize: 32 },
] as const;

describe.each(runtimes)('$name', ({ ort }) => {
  test('every executor and batch gives the answers of the staged network', { timeout: 600_000 }, async () => {
    const exitsUsed = await compare(ort, fashionNetwork, 35);
    expect(exitsUsed.get(0)).toBe(1);
    expect(exitsUsed.get(0.5)).toBeGreaterThan(2);
    expect(exitsUsed.get(0.9)).toBeGreaterThan(2);
    expect(exitsUsed.get(1)).toBe(1);
  });
});

describe.each(sharedNetworks().map((path) => ({ name: basename(path), path })))('$name', ({ path }) => {
  test('as on the network of the repository', { timeout: 600_000 }, async () => {
    const [web] = runtimes;
    expect((await compare(web!.ort, path, 5)).get(1)).toBe(1);
  });
});

/**
 * Compares every executor with the staged network at every threshold.
 * @returns the number of exits at which rows left, by threshold.
 */
async function compare(ort: OnnxRuntime, path: string, rows: number): Promise<ReadonlyMap<number, number>> {
  const cut = await cutNetwork({ ort, path, sharpness: 10 });
  const specification = unequalWeights(cut.network.stages.length);
  const bundle = readFrom(await bundleOf(cut, specification));
  const data = structuredRows(cut.analysis.input.rowShape, rows, 7);
  await using loaded = await loadBundle({ ort, bundle });
  const { model, ensemble } = loaded;
  const confidences = await combinedConfidences(model, data, rows, specification);
  const exitsUsed = new Map<number, number>();
  for (const setup of setups) {
    await using executor = await createExecutor({ ort, bundle, exportBundle, ...setup });
    for (const threshold of thresholds) {
      const policy = confidenceThreshold(threshold);
      const expected = await classify(model, { data, rows }, { policy, ensemble });
      exitsUsed.set(threshold, expected.summary.exitHistogram.filter((count) => count > 0).length);
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
  return exitsUsed;
}

/** Weights that differ between exits, so that a mix-up shows. */
function unequalWeights(exits: number): EnsembleSpecification {
  const exitAt = (exit: number) => ({
    weights: Array.from({ length: exit + 1 }, (_, member) => 0.4 + 0.3 * Math.sin(exit + 2 * member)),
    bias: Array.from({ length: classes }, (_, label) => 0.2 * Math.cos(exit + label)),
  });
  return {
    specificationVersion: 'v1',
    kind: 'geometric',
    classes,
    exits: Array.from({ length: exits }, (_, exit) => exitAt(exit)),
  };
}

/** Largest combined probability of every row at every exit. */
async function combinedConfidences(
  model: StagedModel,
  data: Float32Array,
  rows: number,
  specification: EnsembleSpecification,
): Promise<readonly (readonly number[])[]> {
  const ensemble = ensembleFromSpecification(specification);
  let state = ensemble.init(rows, classes);
  return (await runAllExits(model, { data, rows })).map((logits, exit) => {
    const update = ensemble.update(state, exit, logits);
    state = update.state;
    return Array.from({ length: rows }, (_, row) =>
      Math.exp(Math.max(...update.logProbabilities.subarray(row * classes, (row + 1) * classes))),
    );
  });
}
