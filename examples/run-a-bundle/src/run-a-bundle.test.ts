import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runOnOnnxRuntime } from './run-on-onnx-runtime.ts';
import { runOnTensorflow } from './run-on-tensorflow.ts';

const folder = fileURLToPath(new URL('../../../apps/cli/test/__fixtures__/bundle-0.1', import.meta.url));
const rows = 5;
const input = { rows, data: Float32Array.from({ length: rows * 784 }, (_, index) => Math.sin(index * index)) };

test('both runtimes give the same answers at the same exits', async () => {
  const answers = ({ results }: Awaited<ReturnType<typeof runOnOnnxRuntime>>) =>
    results.map(({ labelIndex, exitIndex }) => ({ labelIndex, exitIndex }));
  const onOnnxRuntime = answers(await runOnOnnxRuntime(folder, input));
  expect(onOnnxRuntime).toHaveLength(rows);
  expect(answers(await runOnTensorflow(folder, input))).toEqual(onOnnxRuntime);
});
