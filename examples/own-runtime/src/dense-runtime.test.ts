import { classify, confidenceThreshold, type InputBatch, type StagedModelSupport } from '@ztw/core';
import { denseInputs, namedInput, type RuntimeModel } from '@ztw/core/runtime';
import { seededValues, testSubject } from '@ztw/core/testing';
import { describe, expect, test } from 'vitest';
import { denseModel, wholeLogits } from './dense-runtime.ts';
import { inputSize, smallNetwork } from './small-network.ts';

const network = smallNetwork();
const rows = 12;
const input = { rows, data: seededValues(7, rows * inputSize, 1) };
const supports: StagedModelSupport = { parallelRuns: true, featureMemory: 'host', concatRows: true };

/** The kit passes rows with the name of their input, and without. */
function valuesOf(batch: InputBatch): Float32Array {
  return namedInput(batch, denseInputs([inputSize])).inputs.input?.data as Float32Array;
}

// The conformance kit: every promise of the contract as a test.
testSubject(
  { describe, test },
  {
    runtime: 'own runtime',
    network: network.name,
    subject: {
      name: 'own runtime, small',
      supports,
      input,
      create: async () => denseModel(network),
      wholeLogits: async (batch) => wholeLogits(network, valuesOf(batch), batch.rows),
      liveFeatures: (model) => (model as RuntimeModel).liveFeatures,
    },
  },
);

test('rows leave at different exits, and those that stay answer as the whole network', async () => {
  await using model = denseModel(network);
  const { results } = await classify(model, input, { policy: confidenceThreshold(0.6) });
  expect(new Set(results.map(({ exitIndex }) => exitIndex))).toEqual(new Set([0, 1, 2]));
  const whole = wholeLogits(network, input.data, rows);
  for (const { row, exitIndex, labelIndex } of results) {
    const logits = whole.subarray(row * model.classes, (row + 1) * model.classes);
    if (exitIndex === 2) expect(labelIndex).toBe(logits.indexOf(Math.max(...logits)));
  }
});
