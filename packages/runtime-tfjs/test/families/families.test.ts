// The families of networks that PyTorch exports, small and with random weights (`make_families.py`). They are cut, get
// heads, and run stage by stage on TensorFlow.js and on ONNX Runtime. The uncut network gives the expected logits of
// the last stage.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runAllExits } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { cutNetwork, largestDifference, loadCut, loadWhole } from '../../../runtime-onnx/test/support/cut-network.ts';
import { backends, tensorflowOn } from '../../src/__fixtures__/backends.ts';
import { cutProgramNetwork, ort } from '../../src/__fixtures__/program-networks.ts';
import { loadNetwork } from '../../src/index.ts';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.onnx'));
const rows = 3;
const input = { rows, data: Float32Array.from({ length: rows * 28 * 28 }, (_, index) => Math.sin(index * 12.9898)) };

test('all families are there', () => {
  const families = new Set(files.map((name) => name.replace(/-\d+\.onnx$/, '')));
  expect([...families].sort()).toEqual(['densenet', 'efficientnet', 'mobilenet-v3', 'swin', 'vgg', 'vit']);
});

describe.each(files)('%s', (file) => {
  test('gives the same logits on both runtimes, and those of the uncut network at the end', async () => {
    const path = join(import.meta.dirname, file);
    const cut = await cutNetwork({ ort, path, sharpness: 4 });
    expect(cut.cuts.length).toBeGreaterThan(1);
    await using onOnnx = await loadCut(ort, cut);
    await using whole = await loadWhole(ort, cut);
    const expected = await runAllExits(onOnnx, input);
    expect(largestDifference(expected.at(-1) ?? [], await whole.runWhole(input))).toBeLessThan(1e-5);
    const network = await cutProgramNetwork(path);
    for (const backend of backends) {
      await using onTensorflow = await loadNetwork({ tf: await tensorflowOn(backend), ...network });
      const logits = await runAllExits(onTensorflow, input);
      expect(logits).toHaveLength(expected.length);
      logits.forEach((values, exit) => {
        expect(largestDifference(values, expected[exit] ?? []), `exit ${exit} on ${backend}`).toBeLessThan(1e-5);
      });
    }
  });
});
