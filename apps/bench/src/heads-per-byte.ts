// Accuracy per byte of heads with many classes: dense layers on 4x4, 2x2 and 1x1 maps, bottlenecks, and the backbone's
// own classifier reused behind an adapter. 120 classes made of CIFAR-10, a frozen ResNet-56, three depths.
//
//   pnpm --filter @ztw/bench heads-per-byte FOLDER [--rows N, default 6000] [--seeds N, default 3]
//
// FOLDER holds resnet20-cifar10.onnx, resnet56-cifar10.onnx and cifar10/{train,test}.tar.gz.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { createPreprocessing, openData, toInput } from '../../cli/src/data/index.ts';
import { type CutFeatures, cutFeatures } from './heads-per-byte/cut-features.ts';
import { fineClasses } from './heads-per-byte/fine-classes.ts';
import { type DenseValues, type Rows, trainLayers } from './heads-per-byte/train-layers.ts';

const { positionals, values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: { rows: { type: 'string', default: '6000' }, seeds: { type: 'string', default: '3' } },
});
const [folder] = positionals;
const rows = Number(values.rows);
const seeds = Number(values.seeds);
if (folder === undefined || !(Number.isInteger(rows) && rows >= 1000) || !(Number.isInteger(seeds) && seeds >= 1)) {
  throw new Error('Expected a folder, at least 1000 rows and at least one seed. Call heads-per-byte FOLDER.');
}
process.chdir(process.env.INIT_CWD ?? '.');
await tf.setBackend('wasm');

const groups = 12;
const classes = 10 * groups;
const testRows = 2000;
const depths = [4, 12, 20];
const side = 4;

interface Design {
  readonly title: string;
  readonly side: number;
  readonly hidden: readonly number[];
  /** Whether the last layer is the backbone's, which is not trained. */
  readonly reuses: boolean;
}

const bottleneck = (width: number, on: number): Design => ({
  title: `bottleneck ${width}`,
  side: on,
  hidden: [width],
  reuses: false,
});
const designs = (last: number): readonly Design[] => [
  ...[4, 2, 1].map((on) => ({ title: 'dense', side: on, hidden: [], reuses: false })),
  ...[256, 128, 64, 32, 16].map((width) => bottleneck(width, 4)),
  ...[64, 32, 16].map((width) => bottleneck(width, 1)),
  ...[4, 2, 1].map((on) => ({ title: "adapter, backbone's classifier", side: on, hidden: [last], reuses: true })),
  { title: "bottleneck 32, adapter, backbone's classifier", side: 4, hidden: [32, last], reuses: true },
];

interface Part {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

async function load(part: string, limit: number): Promise<Part> {
  const preprocessing = createPreprocessing([3, 32, 32], { preset: 'imagenet' });
  const { height, width, channels, resize } = preprocessing;
  const data = await openData(join(folder as string, `cifar10/${part}.tar.gz`), {
    height,
    width,
    channels,
    resize,
    limit,
  });
  const all = Int32Array.from({ length: data.rows }, (_unused, row) => row);
  return { images: toInput(await data.pixels(all), data.rows, preprocessing), labels: data.labels as Int32Array };
}

/** Averages 4x4 maps further. */
function pooled({ width, values: maps }: CutFeatures, to: number): CutFeatures {
  const window = side / to;
  const channels = width / (side * side);
  const count = maps.length / (side * side);
  const averages = new Float32Array(count * to * to);
  for (let map = 0; map < count; map++) {
    for (let place = 0; place < side * side; place++) {
      const [y, x] = [Math.floor(place / side / window), Math.floor((place % side) / window)];
      const target = (map * to + y) * to + x;
      averages[target] = (averages[target] as number) + (maps[map * side * side + place] as number) / window ** 2;
    }
  }
  return { width: channels * to * to, values: averages };
}

/** Mean 0 and variance 1 over the training rows. */
function standardise(training: CutFeatures, test: CutFeatures): readonly [Float32Array, Float32Array] {
  const { width } = training;
  const count = training.values.length / width;
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  for (const [index, value] of training.values.entries()) {
    sums[index % width] = (sums[index % width] as number) + value / count;
    squares[index % width] = (squares[index % width] as number) + value ** 2 / count;
  }
  const scale = (data: Float32Array): Float32Array =>
    data.map((value, index) => {
      const mean = sums[index % width] as number;
      return (value - mean) / Math.sqrt(Math.max(1e-8, (squares[index % width] as number) - mean ** 2));
    });
  return [scale(training.values), scale(test.values)];
}

const training = await load('train', rows);
const test = await load('test', testRows);
const read = (name: string): Promise<Uint8Array> => readFile(join(folder, name));
const other = await read('resnet20-cifar10.onnx');
const last = { blocks: [-1], side: 1 };
const [groupFeatures] = await cutFeatures(other, training.images, last);
const [testGroupFeatures] = await cutFeatures(other, test.images, last);
if (groupFeatures === undefined || testGroupFeatures === undefined) throw new Error('internal: no features');
const classOf = fineClasses({
  ...groupFeatures,
  features: groupFeatures.values,
  labels: training.labels,
  groups,
  seed: 1,
});
const labels = classOf(groupFeatures.values, training.labels);
const testLabels = classOf(testGroupFeatures.values, test.labels);

const backbone = await read('resnet56-cifar10.onnx');
const blocks = { blocks: [...depths, -1], side };
const features = await cutFeatures(backbone, training.images, blocks);
const testFeatures = await cutFeatures(backbone, test.images, blocks);

function rowsOf(cut: number, to: number): { readonly training: Rows; readonly test: Rows } {
  const [ours, theirs] = [pooled(features[cut] as CutFeatures, to), pooled(testFeatures[cut] as CutFeatures, to)];
  const [values, testValues] = standardise(ours, theirs);
  const { width } = ours;
  return { training: { features: values, width, labels }, test: { features: testValues, width, labels: testLabels } };
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const percent = (share: number): string => (100 * share).toFixed(1);
const own: { accuracy: number; last: DenseValues }[] = Array.from({ length: seeds }, (_unused, seed) =>
  trainLayers({ ...rowsOf(depths.length, 1), classes, hidden: [], frozen: null, seed }),
);
console.log(
  `${classes} classes, ${labels.length} training and ${testLabels.length} test images, ${seeds} seeds. ` +
    `The backbone's own classifier: ${percent(mean(own.map(({ accuracy }) => accuracy)))} %.\n`,
);
console.log(`| head | map | ${depths.map((depth) => `block ${depth + 1}, % | kB`).join(' | ')} |`);
console.log(`| --- | --- | ${depths.map(() => '---: | ---:').join(' | ')} |`);
for (const design of designs(own[0]?.last.inputs ?? 0)) {
  const cells = depths.map((_depth, cut) => {
    const trained = own.map(({ last: frozen }, seed) =>
      trainLayers({
        ...rowsOf(cut, design.side),
        classes,
        hidden: design.hidden,
        frozen: design.reuses ? frozen : null,
        seed: 100 + seed,
      }),
    );
    const accuracies = trained.map(({ accuracy }) => accuracy);
    const spread = (Math.max(...accuracies) - Math.min(...accuracies)) / 2;
    const bytes = 4 * (trained[0]?.ownParameters ?? 0);
    return `${percent(mean(accuracies))} ± ${percent(spread)} | ${(bytes / 1000).toFixed(0)}`;
  });
  console.log(`| ${design.title} | ${design.side}x${design.side} | ${cells.join(' | ')} |`);
}
