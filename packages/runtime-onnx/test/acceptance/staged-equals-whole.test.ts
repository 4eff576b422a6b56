// Two laws of early exit, on real networks. Without an exit, the staged network equals the whole one. Rows leave live
// at the exits where an evaluation of stored logits lets them leave. The network in the repository always runs; others
// run where they are present.

import { basename } from 'node:path';
import { classify, confidenceThreshold, type Ensemble, lastPrediction, never, runAllExits } from '@ztw/core';
import { predictionsFromLogits, simulatePolicy } from '@ztw/core/evaluation';
import { denseInput, exitCosts } from '@ztw/core/runtime';
import { ensembleFromSpecification, equalWeights } from '@ztw/ensemble';
import { describe, expect, test } from 'vitest';
import {
  cutNetwork,
  fashionNetwork,
  largestDifference,
  loadCut,
  loadWhole,
  sharedNetworks,
  structuredRows,
} from '../support/cut-network.ts';
import { runtimes } from '../support/runtimes.ts';

/** Kernels may sum in another order after a graph is cut, which moves logits of order 10 by this much. */
const atol = 2e-5;

/** Confidences closer to the threshold than this may fall on either side of it. */
const band = 1e-5;

const liveRows = 256;

/** Rows of the large networks that run one by one: enough to reach every exit, few enough to be quick. */
const singleRows = 48;

/** Makes untrained heads about as confident as trained ones. */
const sharpness = 12;

const networks = [fashionNetwork, ...sharedNetworks().filter((path) => basename(path) !== basename(fashionNetwork))];
const cases = networks.flatMap((path) => runtimes.map(({ name, ort }) => ({ file: basename(path), path, name, ort })));

describe.each(cases)(
  '$file on $name',
  ({ path, ort, file, name }) => {
    test('staged = whole at batch 1, 3 and 32', async () => {
      const cut = await cutNetwork({ ort, path });
      const staged = await loadCut(ort, cut);
      const whole = await loadWhole(ort, cut);
      const largest: string[] = [];
      for (const rows of [1, 3, 32]) {
        const input = { data: structuredRows(denseInput(staged).rowShape, rows, rows), rows };
        const expected = await whole.runWhole(input);
        const logits = (await runAllExits(staged, input)).at(-1)!;
        const difference = largestDifference(logits, expected);
        expect(difference).toBeLessThanOrEqual(atol);
        const { summary } = await classify(staged, input, { policy: never() });
        expect(summary.exitHistogram.at(-1)).toBe(rows);
        largest.push(`batch ${rows}: ${difference.toExponential(1)}`);
      }
      console.log(`staged = whole, ${file} on ${name}, ${staged.stages.length} stages: ${largest.join(', ')}`);
      await staged[Symbol.asyncDispose]();
      await whole[Symbol.asyncDispose]();
    });

    test('live = offline at batch 1 and 256', async () => {
      const cut = await cutNetwork({ ort, path, sharpness });
      const model = await loadCut(ort, cut);
      const { classes, stages } = model;
      const data = structuredRows(denseInput(model).rowShape, liveRows, 7);
      const logits = await runAllExits(model, { data, rows: liveRows });
      const elements = data.length / liveRows;
      const ensembles: readonly Ensemble[] = [
        lastPrediction(),
        ensembleFromSpecification(equalWeights('geometric', stages.length, classes)),
      ];
      for (const ensemble of ensembles) {
        const combined = combineAll(ensemble, logits, liveRows, classes);
        const predictions = predictionsFromLogits({
          logits: combined,
          labels: new Int32Array(liveRows),
          classes,
          exitMacs: exitCosts(model),
        });
        const threshold = rounded(quantileOf(predictions.confidences[0]!, 0.6));
        const policy = confidenceThreshold(threshold);
        const expected = simulatePolicy(predictions, policy).exits;
        for (const batchSize of [1, 256]) {
          const rows = batchSize === 1 && path !== fashionNetwork ? singleRows : liveRows;
          const input = { data: data.subarray(0, rows * elements), rows };
          const { results, summary } = await classify(model, input, { policy, ensemble, batchSize });
          const outside = results.filter(({ row }) =>
            predictions.confidences.every((values) => Math.abs(values[row]! - threshold) > band),
          );
          expect(outside.length).toBeGreaterThan(0.9 * rows);
          expect(outside.map(({ exitIndex }) => exitIndex)).toEqual(outside.map(({ row }) => expected[row]));
          expect(summary.exitHistogram.filter((count) => count > 0).length).toBeGreaterThan(1);
          console.log(
            `live = offline, ${file} on ${name}, ${ensemble.name}, ${policy.name}, batch ${batchSize}: ` +
              `${outside.length} of ${rows} rows outside the band, exits ${summary.exitHistogram.join('/')}`,
          );
        }
      }
      await model[Symbol.asyncDispose]();
    });
  },
  180_000,
);

/** To four digits, so that no row lies exactly on the threshold. */
function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function quantileOf(values: Float32Array, fraction: number): number {
  return values.toSorted()[Math.floor(fraction * values.length)]!;
}

/** Log-probabilities of every exit when no row leaves. */
function combineAll(
  ensemble: Ensemble,
  logits: readonly Float32Array[],
  rows: number,
  classes: number,
): readonly Float32Array[] {
  let state = ensemble.init(rows, classes);
  return logits.map((values, exitIndex) => {
    const update = ensemble.update(state, exitIndex, values);
    state = update.state;
    return update.logProbabilities;
  });
}
