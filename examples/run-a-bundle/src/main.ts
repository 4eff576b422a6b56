// Classifies noise with a bundle: node --conditions=@ztw/source --import tsx src/main.ts bundle-folder values-per-row

import { runOnOnnxRuntime } from './run-on-onnx-runtime.ts';
import { runOnTensorflow } from './run-on-tensorflow.ts';

const [folder = 'out/example/from-onnx', width = '784'] = process.argv.slice(2);
const rows = 4;
const input = { rows, data: Float32Array.from({ length: rows * Number(width) }, () => Math.random()) };
for (const run of [runOnOnnxRuntime, runOnTensorflow]) {
  for (const { row, labelIndex, exitIndex, macsFraction } of (await run(folder, input)).results) {
    console.log(
      `row ${row}: class ${labelIndex}, at exit ${exitIndex}, ${(100 * macsFraction).toFixed(0)} % of the cost`,
    );
  }
}
