// Runs one bundle on every runtime. Outside a band of 1e-4 around the threshold, every row must leave at the same exit,
// with probabilities within 1e-4. Prints a Markdown table, and exits with 1 where a runtime disagrees.
//
//   pnpm --filter @ztw/bench runtimes-agree BUNDLE IMAGES [--rows 2000] [--gpu-rows 200] [--budget 0.5] [--only TEXT]
//
// GPU backends run in software where there is no GPU, so they get fewer rows. `--only` selects the runtimes whose name
// contains the text. The rows outside the band are found on the first runtime: they leave at the same exit when the
// threshold moves by 1e-4 either way. No row leaves later for a lower threshold, so a confidence inside the band would
// change one of the two exits.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { loadNetwork as loadOnnxNetwork, type OnnxRuntime } from '@ztw/runtime-onnx';
import { loadNetwork } from '@ztw/runtime-tfjs';
import type { Answers } from './agreement/agreement-job.ts';
import { answerRows } from './agreement/answer-rows.ts';
import { openBrowser } from './agreement/browser-answers.ts';
import { readJob } from './agreement/read-job.ts';

const band = 1e-4;
const { positionals, values } = parseArgs({
  // pnpm passes on its own separator.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '2000' },
    'gpu-rows': { type: 'string', default: '200' },
    budget: { type: 'string', default: '0.5' },
    only: { type: 'string', default: '' },
  },
});
const [folder, images] = positionals;
const [all, gpu] = [Number(values.rows), Number(values['gpu-rows'])];
if (folder === undefined || images === undefined) {
  throw new Error('Expected the folder of a bundle, and images. Call runtimes-agree BUNDLE IMAGES.');
}
// pnpm runs scripts in the folder of the package, but paths are relative to the folder where the command was given.
process.chdir(process.env.INIT_CWD ?? '.');

const read = await readJob(folder, images, all, Number(values.budget));
const { job, files } = read;
const readFile = async (path: string): Promise<Uint8Array> => files.get(path) as Uint8Array;
const rowsOf = (count: number): Float32Array => read.data.subarray(0, count * rowSize(denseInput(job).rowShape));

async function onOnnx(ort: OnnxRuntime, threshold = job.threshold): Promise<Answers> {
  const model = await loadOnnxNetwork({ ort, ...job, readFile });
  return answerRows(model, { ...job, threshold }, rowsOf(all));
}

async function onTensorflow(backend: 'cpu' | 'wasm', rows: number): Promise<Answers> {
  const tf = await import('@tensorflow/tfjs-core');
  await (backend === 'cpu' ? import('@tensorflow/tfjs-backend-cpu') : import('@tensorflow/tfjs-backend-wasm'));
  tf.enableProdMode();
  await tf.setBackend(backend);
  await tf.ready();
  return answerRows(await loadNetwork({ tf, ...job, readFile }), job, rowsOf(rows));
}

const node = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;
const expected = await onOnnx(node);
const lower = await onOnnx(node, job.threshold - band);
const higher = await onOnnx(node, job.threshold + band);
const isClear = (row: number): boolean => lower.exits[row] === higher.exits[row];

let disagreeing = 0;
console.log(`${job.network.name}, threshold ${job.threshold}, compared with onnxruntime-node\n`);
console.log('| runtime | rows | inside the band | other exit | largest difference of probabilities | seconds |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');

async function compare(name: string, answer: () => Promise<Answers>): Promise<void> {
  if (!name.includes(values.only)) return;
  const { exits, probabilities, seconds } = await answer();
  const clear = [...exits.keys()].filter(isClear);
  const moved = clear.filter((row) => exits[row] !== expected.exits[row]);
  let largest = 0;
  for (const row of clear) {
    for (let index = row * job.classes; index < (row + 1) * job.classes; index++) {
      const difference = Math.abs((probabilities[index] ?? Number.NaN) - (expected.probabilities[index] ?? Number.NaN));
      // NaN counts as a disagreement.
      if (!(difference <= largest)) largest = difference;
    }
  }
  if (moved.length > 0 || !(largest <= 1e-4)) disagreeing++;
  const counts = [exits.length, exits.length - clear.length, moved.length].join(' | ');
  console.log(`| ${name} | ${counts} | ${largest.toExponential(1)} | ${seconds.toFixed(1)} |`);
}

await compare('onnxruntime-node', async () => expected);
await compare('onnxruntime-web wasm, Node', async () => {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = 1;
  return onOnnx(ort);
});
await compare('TensorFlow.js wasm, Node', () => onTensorflow('wasm', all));
await compare('TensorFlow.js cpu, Node', () => onTensorflow('cpu', all));
const browser = await openBrowser(read);
if (browser === null) {
  console.log('| in Chromium | skipped: no Chromium found (install one, or set ZTW_CHROMIUM to its path) | | | | |');
} else {
  await compare('onnxruntime-web wasm, Chromium', () => browser.answer('onnx', 'wasm', all));
  await compare('TensorFlow.js wasm, Chromium', () => browser.answer('tensorflow', 'wasm', all));
  await compare('TensorFlow.js webgl, Chromium', () => browser.answer('tensorflow', 'webgl', gpu));
  await compare('TensorFlow.js webgpu, Chromium', () => browser.answer('tensorflow', 'webgpu', gpu));
  await compare('onnxruntime-web webgpu, Chromium', () => browser.answer('onnx', 'webgpu', gpu));
  await browser[Symbol.asyncDispose]();
}
const histogram = job.network.stages.map((_, exit) => expected.exits.filter((left) => left === exit).length);
console.log(`\nRows per exit on onnxruntime-node: ${histogram.join(', ')}.`);
process.exit(disagreeing === 0 ? 0 : 1);
