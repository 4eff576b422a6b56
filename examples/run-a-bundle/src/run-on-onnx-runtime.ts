import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Classification, classify, type InputBatch } from '@ztw/core';
import { loadBundle } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';

/** Classifies at half the cost of the whole network, or at the smallest calibrated budget above half. */
export async function runOnOnnxRuntime(folder: string, input: InputBatch): Promise<Classification> {
  await using loaded = await loadBundle({ ort, bundle: (path) => readFile(join(folder, path)) });
  return await classify(loaded.model, input, { ensemble: loaded.ensemble, policy: loaded.policyFor(0.5) });
}
