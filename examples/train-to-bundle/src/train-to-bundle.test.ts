import * as tf from '@tensorflow/tfjs-core';
import { runAllExits } from '@ztw/core';
import { loadBundle as loadOnOnnxRuntime } from '@ztw/runtime-onnx';
import { loadBundle as loadOnTensorflow } from '@ztw/runtime-tfjs';
import type { LabelledRows } from '@ztw/training';
import type { TrainedBundle } from '@ztw/training/onnx';
import * as ort from 'onnxruntime-web';
import { beforeAll, expect, test } from 'vitest';
import { fashionRows } from './fashion-rows.ts';
import { fromLayersModel } from './from-layers-model.ts';
import { fromOnnx } from './from-onnx.ts';
import { smallModel } from './small-model.ts';

let data: LabelledRows;
let unseen: LabelledRows;

beforeAll(async () => {
  data = await fashionRows(1000, 24);
  unseen = await fashionRows(0, 3);
});

/** Runs both runtimes on unseen rows. The order of float32 sums differs: rtol and atol 1e-3 on logits of order 10. */
async function expectEqualAnswers({ files }: TrainedBundle): Promise<void> {
  const bundle = async (path: string): Promise<Uint8Array> => files.get(path) as Uint8Array;
  const input = { data: unseen.rows, rows: unseen.labels.length };
  await using onnx = await loadOnOnnxRuntime({ ort, bundle });
  await using tensorflow = await loadOnTensorflow({ tf, bundle });
  const expected = await runAllExits(onnx.model, input);
  const received = await runAllExits(tensorflow.model, input);
  expect(expected).toHaveLength(3);
  for (const [exit, logits] of expected.entries()) {
    expect(received[exit]).toHaveLength(logits.length);
    logits.forEach((logit, index) => {
      expect(Math.abs(logit - (received[exit]?.[index] as number))).toBeLessThan(1e-3 * (1 + Math.abs(logit)));
    });
  }
}

test('from an ONNX network', async () => {
  const made = await fromOnnx(data);
  // The last exit is the network's own classifier, which was trained on this data set.
  expect(made.report.exits.at(-1)?.accuracy).toBeGreaterThan(0.8);
  await expectEqualAnswers(made);
});

test('from a LayersModel', async () => {
  const made = await fromLayersModel(await smallModel(), data);
  expect(made.report.exits.map(({ network }) => network)).toEqual(['small', 'small', 'small']);
  await expectEqualAnswers(made);
});
