// A trained bundle as one file against the same bundle stage by stage, on a whole test set. It takes minutes, so it
// runs only where ZTW_AGREEMENT_BUNDLE names a bundle's folder and ZTW_AGREEMENT_DATA its test images;
// ZTW_AGREEMENT_RUNTIME picks one runtime.

import { openBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { runAllExits } from '@ztw/core';
import { singleLimit } from '@ztw/core/runtime';
import { combineExits } from '@ztw/ensemble';
import { exportBundle } from '@ztw/onnx-graph';
import { createExecutor, loadBundle } from '@ztw/runtime-onnx';
import { describe, expect, test } from 'vitest';
import { openData, toInput } from '../../src/data/index.ts';
import { loadRuntime } from '../../src/runtime/onnx-runtime.ts';

const folder = process.env.ZTW_AGREEMENT_BUNDLE ?? '';
const data = process.env.ZTW_AGREEMENT_DATA ?? '';
const only = process.env.ZTW_AGREEMENT_RUNTIME;
const present = folder !== '' && data !== '';
if (!present)
  console.warn('skipped: set ZTW_AGREEMENT_BUNDLE and ZTW_AGREEMENT_DATA to compare exported files with it');

/** Sums in another order move a probability by a few units in its last place; a row this close may leave elsewhere. */
const band = 1e-5;
const budget = 0.5;
const batch = 200;

describe.skipIf(!present).each((['node', 'web'] as const).filter((name) => only === undefined || only === name))(
  'exported files on %s',
  (choice) => {
    test('agree with the staged executor on every row outside the band', { timeout: 3_600_000 }, async () => {
      const { ort, stagedSettings, name, optimise } = await loadRuntime({ choice, threads: 1, onNote: () => {} });
      const bundle = await openBundle(folderReader(folder));
      const { preprocessing, operatingPoints, classes } = bundle.manifest;
      if (preprocessing === null) throw new Error('the bundle does not say how images become its input');
      const threshold =
        operatingPoints
          .filter((point) => point.budget === budget)
          .map((point) => singleLimit(point.policy)?.limit)[0] ?? 0.8;
      const images = await openData(data, preprocessing);
      const settings = { ort, bundle, ...stagedSettings };
      await using loaded = await loadBundle(settings);
      await using staged = await createExecutor({ ...settings, kind: 'staged', batchSize: batch });
      const files = (['batch-if', 'nested-if'] as const).flatMap((kind) => [
        { kind, what: kind, special: {} },
        ...(optimise === null ? [] : [{ kind, what: `${kind}, optimised for the machine`, special: { optimise } }]),
      ]);
      for (const { kind, what, special } of files) {
        await using single = await createExecutor({ ...settings, ...special, kind, batchSize: batch, exportBundle });
        let compared = 0;
        let inBand = 0;
        let different = 0;
        let largest = 0;
        for (let start = 0; start < images.rows; start += batch) {
          const rows = Math.min(batch, images.rows - start);
          const chosen = Int32Array.from({ length: rows }, (_, row) => start + row);
          const input = { data: toInput(await images.pixels(chosen), rows, preprocessing), rows };
          const [expected, answered] = [
            await staged.classify(input, { threshold }),
            await single.classify(input, { threshold }),
          ];
          const logits = await runAllExits(loaded.model, input, { batchSize: batch });
          const exits = combineExits(loaded.ensemble, logits, rows, classes);
          for (const [row, result] of answered.results.entries()) {
            const other = expected.results[row];
            if (other === undefined) throw new Error('a row is missing');
            const close = exits
              .slice(0, Math.min(exits.length - 1, other.exitIndex + 1, result.exitIndex + 1))
              .some((values) => Math.abs(confidence(values, row, classes) - threshold) <= band);
            compared += 1;
            if (close) {
              inBand += 1;
              continue;
            }
            if (result.exitIndex !== other.exitIndex || result.labelIndex !== other.labelIndex) different += 1;
            result.probabilities.forEach((value, label) => {
              largest = Math.max(largest, Math.abs(value - (other.probabilities[label] as number)));
            });
          }
        }
        console.log(
          `${what} on ${name}, threshold ${threshold}: ${compared} rows compared, ${inBand} in the band of ${band}, ` +
            `${different} disagree, largest difference of a probability ${largest.toExponential(1)}`,
        );
        expect(compared).toBe(images.rows);
        expect(different).toBe(0);
        expect(largest).toBeLessThan(band);
      }
    });
  },
);

/** Largest probability of a row. @param values log-probabilities `[rows, classes]`. */
function confidence(values: Float32Array, row: number, classes: number): number {
  return Math.exp(Math.max(...values.subarray(row * classes, (row + 1) * classes)));
}
