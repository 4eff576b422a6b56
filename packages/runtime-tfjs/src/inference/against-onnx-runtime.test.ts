// The same stages on TensorFlow.js and on ONNX Runtime: the same logits, and the same exits.

import { classify, confidenceThreshold, lastPrediction, runAllExits, type StagedModel, softmax } from '@ztw/core';
import { denseInput } from '@ztw/core/runtime';
import { loadNetwork as loadOnnxNetwork } from '@ztw/runtime-onnx';
import { afterAll, describe, expect, test } from 'vitest';
import {
  fashionNetwork,
  largestDifference,
  sharedNetworks,
  structuredRows,
} from '../../../runtime-onnx/test/support/cut-network.ts';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { cutProgramNetwork, ort } from '../__fixtures__/program-networks.ts';
import { loadNetwork } from './load-network.ts';

const networks = [fashionNetwork, ...sharedNetworks().filter((path) => !path.includes('fashion-resnet20'))];
const models: StagedModel[] = [];

afterAll(async () => {
  for (const model of models) await model[Symbol.asyncDispose]();
});

describe.each(networks)('%s', (path) => {
  test('gives the logits and exits of ONNX Runtime', { timeout: 300_000 }, async () => {
    const network = await cutProgramNetwork(path);
    const tfModel = await loadNetwork({ tf: await tensorflowOn('wasm'), ...network });
    const onnxModel = await loadOnnxNetwork({ ort, ...network });
    models.push(tfModel, onnxModel);
    const rows = 12;
    const input = { data: structuredRows(denseInput(network).rowShape, rows, 5), rows };
    const actual = await runAllExits(tfModel, input);
    const expected = await runAllExits(onnxModel, input);
    const differences = actual.map((logits, exit) => largestDifference(logits, expected[exit] ?? []));
    console.log(
      `${network.network.name}: largest difference of logits per exit ${differences.map((value) => value.toExponential(1)).join(' ')}`,
    );
    // Sums of thousands of float32 products in another order.
    for (const difference of differences) expect(difference).toBeLessThan(1e-4);

    const threshold = 0.5;
    const options = { policy: confidenceThreshold(threshold), ensemble: lastPrediction() };
    const [onTf, onOnnx] = [await classify(tfModel, input, options), await classify(onnxModel, input, options)];
    const near = (row: number): boolean =>
      expected.some((logits) => {
        const own = softmax(logits.subarray(row * network.classes, (row + 1) * network.classes), network.classes);
        return Math.abs(Math.max(...own) - threshold) < 1e-4;
      });
    expect(new Set(onTf.results.map(({ exitIndex }) => exitIndex)).size).toBeGreaterThan(1);
    for (const [row, result] of onTf.results.entries()) {
      if (!near(row)) expect(result.exitIndex, `exit of row ${row}`).toBe(onOnnx.results[row]?.exitIndex);
    }
  });
});
