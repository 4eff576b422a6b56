import { createRequire } from 'node:module';
import { seededRandom } from '@ztw/heads';
import { analyseGraph, chooseCuts, readModel } from '@ztw/onnx-graph';
import { createGraphProbe, type OnnxRuntime, wholeModel } from '@ztw/runtime-onnx';
import { describe, expect, test } from 'vitest';
import { imageClasses, imageShape } from './network-writer.ts';
import { type RealNetwork, realNetworks } from './real-networks.ts';

const ort = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;

describe.each(realNetworks)('$title', { timeout: 240_000 }, ({ write, parameters, gigaMacs }) => {
  const written = write(1);

  test('has the published parameters and MACs, and is cut after blocks', async () => {
    expect(written.parameters).toBe(parameters);
    const analysis = await analyseGraph(readModel(written.bytes), createGraphProbe({ ort }));
    expect(analysis.batch).toBe('dynamic');
    expect(analysis.classes).toBe(imageClasses);
    // Published figures are rounded, and not all of them count the products inside of attention.
    expect(Math.abs(analysis.backboneMacs / 1e9 / gigaMacs - 1)).toBeLessThan(0.01);
    const cuts = chooseCuts(analysis, { kind: 'auto' });
    expect(cuts).toHaveLength(6);
    for (const { tensors, afterBlock } of cuts) {
      expect(afterBlock).not.toBeNull();
      expect(tensors).toHaveLength(1);
    }
  });

  test('the logits of two noise images differ and are neither tiny nor huge', async () => {
    const random = seededRandom(2);
    const size = imageShape.reduce((product, side) => product * side, 1);
    const data = Float32Array.from({ length: 2 * size }, () => 2 * Math.sqrt(3) * (random() - 0.5));
    const model = await wholeModel({ ort, bytes: written.bytes, inputShape: imageShape, classes: imageClasses });
    const logits = await model.runWhole({ data, rows: 2 });
    await model[Symbol.asyncDispose]();
    const deviation = Math.sqrt(logits.reduce((sum, value) => sum + value ** 2, 0) / logits.length);
    expect(deviation).toBeGreaterThan(0.1);
    expect(deviation).toBeLessThan(30);
    expect(logits[0]).not.toBe(logits[imageClasses]);
  });
});

test('the same seed gives the same bytes, another seed others', () => {
  const bytesFrom = (seed: number): Buffer => Buffer.from((realNetworks[0] as RealNetwork).write(seed).bytes);
  // Vitest's own comparison of megabytes takes minutes.
  expect(bytesFrom(3).equals(bytesFrom(3))).toBe(true);
  expect(bytesFrom(3).equals(bytesFrom(4))).toBe(false);
});
