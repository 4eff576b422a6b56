// Staged against whole on TensorFlow.js wasm: the time of a bundle's stages, heads included, divided by that of the
// uncut network, as a ratio of interleaved medians. Also counts the tensors and bytes held after many batches. Prints
// Markdown.
//
//   pnpm --filter @ztw/bench tfjs-staged [network, - for models/fashion-resnet20.onnx] [seconds per batch size, default 20]
//
// Six ICs have pooled heads of random values. "A quarter leaves" releases a quarter of the remaining rows at each IC,
// whatever they answer, so that the fraction does not depend on the heads.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import type { StagedModel } from '@ztw/core';
import { denseInputs, rowSize } from '@ztw/core/runtime';
import { headFor, initialiseHead, seededRandom } from '@ztw/heads';
import { analyseGraph, type Cut, chooseCuts, compileNetwork, readModel } from '@ztw/onnx-graph';
import { createGraphProbe } from '@ztw/runtime-onnx';
import { loadNetwork } from '@ztw/runtime-tfjs';
import * as ort from 'onnxruntime-node';
import { median } from './median.ts';

const repository = resolve(import.meta.dirname, '../../..');
const [given = '-', secondsGiven = '20'] = process.argv.slice(2);
const network = given === '-' ? 'models/fashion-resnet20.onnx' : given;
const path = resolve(given === '-' ? repository : (process.env.INIT_CWD ?? '.'), network);
const seconds = Number(secondsGiven);
const leaks = { batches: 500, rows: 8 };

tf.enableProdMode();
await tf.setBackend('wasm');
await tf.ready();

const analysis = await analyseGraph(readModel(new Uint8Array(await readFile(path))), createGraphProbe({ ort }));
const { classes, input } = analysis;
const cuts = chooseCuts(analysis, { kind: 'auto' });

/** The network with a pooled head after each of the cuts. */
function open(at: readonly Cut[]): Promise<StagedModel> {
  const heads = at.map((cut, index) =>
    initialiseHead(
      headFor(cut.tensors[0]?.rowShape ?? [], { family: 'pooled', classes, cascade: index > 0 }),
      100 + index,
    ),
  );
  const { network: compiled, files } = compileNetwork({
    analysis,
    cuts: at,
    heads,
    name: network,
    pathPrefix: '',
    runtimes: 'tfjs',
  });
  return loadNetwork({
    tf,
    network: compiled,
    readFile: async (file) => files.get(file) as Uint8Array,
    classes,
    inputs: denseInputs(input.rowShape),
  });
}

/** Runs all stages. After each stage but the last, the given fraction of the rows leaves. */
async function run(model: StagedModel, data: Float32Array, rows: number, leaving: number): Promise<void> {
  let features = await model.load({ data, rows });
  let logits: Float32Array = new Float32Array(0);
  let left = rows;
  for (const [stageIndex, { usesPreviousLogits }] of model.stages.entries()) {
    const output = await model.runStage(
      stageIndex,
      features,
      usesPreviousLogits ? logits.slice(0, left * classes) : null,
    );
    features = output.features;
    logits = output.logits;
    const staying = Math.max(1, Math.round(left * (1 - leaving)));
    if (features === null || staying === left) continue;
    // The rows that leave are spread evenly, so that the remaining rows are not adjacent.
    const kept = Int32Array.from({ length: staying }, (_, position) => Math.floor((position * left) / staying));
    features = await model.keepRows(features, kept);
    logits = Float32Array.from(
      { length: staying * classes },
      (_, index) => logits[(kept[Math.floor(index / classes)] as number) * classes + (index % classes)] as number,
    );
    left = staying;
  }
}

const [whole, staged] = [await open([]), await open(cuts)];
const random = seededRandom(1);
console.log(`${network}, ${cuts.length} ICs, TensorFlow.js wasm\n`);
console.log('| batch | whole, ms | staged / whole, no exits | staged / whole, a quarter leaves at each IC | rounds |');
console.log('| ---: | ---: | ---: | ---: | ---: |');
for (const rows of [1, 32, 256]) {
  const data = Float32Array.from({ length: rows * rowSize(input.rowShape) }, () => random() - 0.5);
  const contenders = [
    () => run(whole, data, rows, 0),
    () => run(staged, data, rows, 0),
    () => run(staged, data, rows, 0.25),
  ];
  for (const contender of contenders) await contender();
  const times: number[][] = contenders.map(() => []);
  const end = performance.now() + seconds * 1000;
  do {
    for (const [index, contender] of contenders.entries()) {
      const start = performance.now();
      await contender();
      times[index]?.push(performance.now() - start);
    }
  } while (performance.now() < end || (times[0]?.length ?? 0) < 5);
  const [base = Number.NaN, all = Number.NaN, leaving = Number.NaN] = times.map(median);
  const quarter = rows === 1 ? 'one row remains' : (leaving / base).toFixed(2);
  console.log(`| ${rows} | ${base.toFixed(1)} | ${(all / base).toFixed(2)} | ${quarter} | ${times[0]?.length} |`);
}

const data = Float32Array.from({ length: leaks.rows * rowSize(input.rowShape) }, () => random() - 0.5);
await run(staged, data, leaks.rows, 0.25);
const before = tf.memory();
const heap = process.memoryUsage().rss;
for (let batch = 0; batch < leaks.batches; batch++) await run(staged, data, leaks.rows, 0.25);
const after = tf.memory();
console.log(
  `\nAfter ${leaks.batches} batches of ${leaks.rows} rows: ${signed(after.numTensors - before.numTensors)} tensors, ` +
    `${signed(after.numBytes - before.numBytes)} bytes in tensors, ` +
    `${signed(Math.round((process.memoryUsage().rss - heap) / 2 ** 20))} MiB of the process.`,
);
await whole[Symbol.asyncDispose]();
await staged[Symbol.asyncDispose]();

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value}`;
}
