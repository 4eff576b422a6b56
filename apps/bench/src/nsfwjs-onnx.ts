// The networks of the package nsfwjs as ONNX models: the difference of their answers from those of TensorFlow.js, on
// patterned rows.
//
//   pnpm --filter @ztw/bench nsfwjs-onnx

import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { softmax } from '@ztw/core';
import { analyseGraph, chooseCuts, programToOnnx, readModel } from '@ztw/onnx-graph';
import { createGraphProbe, type OnnxRuntime } from '@ztw/runtime-onnx';
import { graphModelProgram, layersModelProgram, type NetworkProgram } from '@ztw/runtime-tfjs';
import * as ortNode from 'onnxruntime-node';
import * as ortWeb from 'onnxruntime-web';
import { structuredRows } from '../../../packages/runtime-onnx/test/support/cut-network.ts';
import { nsfwjsModel, nsfwjsVersion } from './nsfwjs/package-models.ts';

tf.enableProdMode();
await tf.setBackend('wasm');
await tf.ready();
ortWeb.env.wasm.numThreads = 1;

const runtimes: readonly (readonly [string, OnnxRuntime])[] = [
  ['onnxruntime-node', ortNode],
  ['onnxruntime-web', ortWeb],
];
const rows = 8;

interface Subject {
  readonly name: string;
  readonly kind: string;
  readonly lowered: NetworkProgram;
  run(input: tf.Tensor): tf.Tensor;
}

async function layersSubject(name: string): Promise<Subject> {
  const model = await loadLayersModel(nsfwjsModel(name));
  const run = (input: tf.Tensor): tf.Tensor => model.predictOnBatch(input) as tf.Tensor;
  return { name, kind: 'LayersModel', lowered: await layersModelProgram(model), run };
}

async function graphSubject(name: string): Promise<Subject> {
  const model = await loadGraphModel(nsfwjsModel(name));
  const run = (input: tf.Tensor): tf.Tensor => model.execute(input) as tf.Tensor;
  return { name, kind: 'GraphModel', lowered: await graphModelProgram({ tf, model, name }), run };
}

/**
 * The largest difference of probabilities, and the largest difference of the logarithms of probabilities above a
 * millionth.
 */
function differences(actual: Float32Array, expected: Float32Array): readonly [number, number] {
  let plain = 0;
  let logarithmic = 0;
  for (const [index, value] of expected.entries()) {
    const other = actual[index] as number;
    plain = Math.max(plain, Math.abs(value - other));
    if (value > 1e-6) logarithmic = Math.max(logarithmic, Math.abs(Math.log(value) - Math.log(other)));
  }
  return [plain, logarithmic];
}

async function report({ name, kind, lowered, run }: Subject): Promise<void> {
  const { program, weights, classes } = lowered;
  const [height = 0, width = 0, channels = 0] = program.inputs[0]?.rowShape ?? [];
  const bytes = programToOnnx(program, weights, { name });
  const data = structuredRows([channels, height, width], rows, 1).map((value) => 0.5 + value / 5);
  const first = tf.tensor(data.slice(), [rows, channels, height, width]);
  const input = tf.transpose(first, [0, 2, 3, 1]);
  const output = run(input);
  const expected = (await output.data()) as Float32Array;
  tf.dispose([first, input, output]);
  const analysis = await analyseGraph(readModel(bytes), createGraphProbe({ ort: ortNode }));
  const { cuts, backboneMacs } = analysis;
  const cells = [
    `\`${name}\``,
    kind,
    (backboneMacs / 1e6).toFixed(1),
    cuts.length,
    chooseCuts(analysis, { kind: 'all' }).length,
  ];
  for (const [, ort] of runtimes) {
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const { logits } = await session.run({ input: new ort.Tensor('float32', data, [rows, channels, height, width]) });
    await session.release();
    const found = differences(softmax(logits?.data as Float32Array, classes), expected);
    cells.push(found.map((value) => value.toExponential(1)).join(' / '));
  }
  console.log(`| ${cells.join(' | ')} |`);
}

console.log(
  `nsfwjs ${nsfwjsVersion}, TensorFlow.js ${tf.version_core} ${tf.getBackend()} against ONNX Runtime, ${rows} rows\n`,
);
console.log(`| network | kind | million MACs | legal cuts | blocks | ${runtimes.map(([name]) => name).join(' | ')} |`);
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: |');
await report(await layersSubject('mobilenet_v2'));
await report(await graphSubject('mobilenet_v2_mid'));
await report(await layersSubject('inception_v3'));
