// Two third-party networks for TensorFlow.js, from the package nsfwjs: MobileNetV2 as a LayersModel, and a larger one
// as a GraphModel. Each is inspected, cut at five places and compared with the uncut network. It then gets internal
// classifiers for the ten classes of CIFAR-10: new classes on a frozen backbone.
//
//   pnpm --filter @ztw/bench nsfwjs CIFAR-FOLDER [training images, default 2000] [held-out images, default 500] [epochs, default 20] [layers or graph, default both]
//
// CIFAR-FOLDER holds train.tar.gz and test.tar.gz with a folder of images per class. The package (41 MB) is fetched
// once from npm into a temporary folder, because nothing else needs it.

import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { memoryBlobStore, runAllExits, softmax } from '@ztw/core';
import { takeRows } from '@ztw/core/runtime';
import { headMacs, initialiseHead, pooledHead } from '@ztw/heads';
import {
  readGraphModel,
  readLayersModel,
  stageNetwork,
  type TensorflowNetwork,
  tensorflowKernels,
} from '@ztw/runtime-tfjs';
import { chooseNetworkCuts, trainInternalClassifiers } from '@ztw/training';
import { type LabelledData, openData } from '../../cli/src/data/index.ts';
import { nsfwjsModel, nsfwjsVersion } from './nsfwjs/package-models.ts';

const [folder, trainingText = '2000', heldOutText = '500', epochsText = '20', only = ''] = process.argv.slice(2);
if (folder === undefined) {
  console.log('Skipped: pass a folder with the CIFAR-10 images as train.tar.gz and test.tar.gz.');
  process.exit(0);
}

tf.enableProdMode();
await tf.setBackend('wasm');
await tf.ready();

interface Subject {
  readonly network: TensorflowNetwork;
  whole(input: tf.Tensor): tf.Tensor;
}

async function layersSubject(): Promise<Subject> {
  const model = await loadLayersModel(nsfwjsModel('mobilenet_v2'));
  return {
    network: readLayersModel({ tf, model }),
    whole: (input) => model.predictOnBatch(input) as tf.Tensor,
  };
}

async function graphSubject(): Promise<Subject> {
  const model = await loadGraphModel(nsfwjsModel('mobilenet_v2_mid'));
  return {
    network: readGraphModel({ tf, model, name: 'mobilenet_v2_mid', inputShape: [3, 224, 224] }),
    whole: (input) => model.execute(input) as tf.Tensor,
  };
}

/** Values from 0 to 1, channels first. */
async function images(data: LabelledData, rows: Int32Array): Promise<Float32Array> {
  const pixels = await data.pixels(rows);
  const plane = data.height * data.width;
  const values = new Float32Array(pixels.length);
  for (let position = 0; position < pixels.length; position++) {
    const row = Math.floor(position / (plane * 3));
    const channel = position % 3;
    const place = Math.floor(position / 3) % plane;
    values[(row * 3 + channel) * plane + place] = (pixels[position] as number) / 255;
  }
  return values;
}

const classes = 10;
const million = (macs: number): string => (macs / 1e6).toFixed(1);

async function report(kind: string, { network, whole }: Subject): Promise<void> {
  const { name, inputShape, backboneMacs, cuts: legal } = network;
  const [, height = 0, width = 0] = inputShape;
  console.log(`\n## ${kind}: ${name}\n`);
  console.log(
    `Input [${inputShape.join(', ')}], ${network.classes} classes (${network.returns}), ${million(backboneMacs)} million MACs, ` +
      `${legal.length} legal cuts with ${legal.filter(({ preferred }) => preferred).length} different costs.\n`,
  );
  const cuts = chooseNetworkCuts(network, { kind: 'count', count: 5 });
  const open = (part: string, limit: number): Promise<LabelledData> =>
    openData(join(folder as string, `${part}.tar.gz`), { height, width, channels: 3, resize: 'stretch', limit });
  const test = await open('test', Number(heldOutText));

  const heads = (count: number) =>
    cuts.map(({ rowShape }, index) =>
      pooledHead({ inputShape: rowShape, classes: count, cascade: index > 0, poolSize: 2 }),
    );

  const rows = Int32Array.from({ length: 8 }, (_unused, row) => row);
  const data = await images(test, rows);
  const specifications = heads(network.classes);
  const model = stageNetwork({
    tf,
    network,
    cuts,
    heads: specifications.map((specification) => initialiseHead(specification, 1)),
  });
  const staged = (await runAllExits(model, { data, rows: rows.length })).at(-1) as Float32Array;
  await model[Symbol.asyncDispose]();
  const first = tf.tensor(data, [rows.length, ...inputShape] as [number, number, number, number]);
  const input = tf.transpose(first, [0, 2, 3, 1]);
  const output = whole(input);
  const expected = (await output.data()) as Float32Array;
  tf.dispose([first, input, output]);
  const actual = network.returns === 'probabilities' ? softmax(staged, network.classes) : staged;
  const difference = actual.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (expected[index] as number))),
    0,
  );
  console.log(`Staged against whole on ${rows.length} images: largest difference ${difference.toExponential(1)}.\n`);

  const training = await open('train', Number(trainingText));
  const tensors = tf.memory().numTensors;
  const wanted = heads(classes);
  const backbone = network.segment({ cuts, heads: wanted, newClasses: classes });
  const labels = training.labels as Int32Array;
  const testLabels = test.labels as Int32Array;
  const result = await trainInternalClassifiers({
    kernels: tensorflowKernels(tf),
    backbone,
    data: { rows: training.rows, copies: 1, labels, read: (batch) => images(training, batch) },
    heldOut: { rows: test.rows, labels: testLabels, read: (batch) => images(test, batch) },
    variants: [{ name: 'ztw', heads: wanted }],
    recipe: { epochs: Number(epochsText), batchSize: 64, seed: 1 },
    scratch: memoryBlobStore(),
  });
  await backbone[Symbol.asyncDispose]();
  const [trained] = result.variants;
  if (trained === undefined) throw new Error('internal: the trainer returned no variant');
  console.log(
    `${training.rows} training images, ${test.rows} held-out images, ${epochsText} epochs: features ${result.timings.featureSeconds.toFixed(0)} s, ` +
      `training ${result.timings.trainingSeconds.toFixed(0)} s, ${tf.memory().numTensors - tensors} tensors leaked.\n`,
  );
  console.log('| cut | features | million MACs | of the network | head, thousand MACs | accuracy, held out |');
  console.log('| --- | --- | ---: | ---: | ---: | ---: |');
  for (const [index, cut] of cuts.entries()) {
    const logits = trained.heldOutLogits[index] as Float32Array;
    const share = (100 * cut.macs) / backboneMacs;
    const head = (headMacs(wanted[index] as (typeof wanted)[number]) / 1000).toFixed(1);
    console.log(
      `| \`${cut.name.split('/').slice(-2).join('/')}\` | ${cut.rowShape.join(' x ')} | ${million(cut.macs)} | ${share.toFixed(0)} % | ${head} | ${(100 * accuracy(logits, testLabels)).toFixed(1)} % |`,
    );
  }

  // The trained heads as a staged model of ten classes, on the same images.
  const personal = stageNetwork({ tf, network, cuts, heads: trained.heads, newClasses: classes });
  const exits = await runAllExits(personal, { data, rows: rows.length });
  await personal[Symbol.asyncDispose]();
  const stored = takeRows(trained.heldOutLogits.at(cuts.length - 1) as Float32Array, classes, rows);
  const last = exits.at(-1) as Float32Array;
  const off = last.reduce((most, value, index) => Math.max(most, Math.abs(value - (stored[index] as number))), 0);
  console.log(
    `\nLive and stored logits of the last IC differ by ${off.toExponential(1)} at most (features were stored as float16).`,
  );
}

function accuracy(logits: Float32Array, labels: Int32Array): number {
  const right = labels.reduce((sum, label, row) => {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    return sum + (values.indexOf(Math.max(...values)) === label ? 1 : 0);
  }, 0);
  return right / labels.length;
}

console.log(`nsfwjs ${nsfwjsVersion} on TensorFlow.js ${tf.version_core}, backend ${tf.getBackend()}`);
if (only !== 'graph') await report('LayersModel', await layersSubject());
if (only !== 'layers') await report('GraphModel', await graphSubject());
