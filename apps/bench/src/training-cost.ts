// The cost of training: backbone passes over the data, milliseconds per optimiser step, and peak memory. Six ICs at the
// cut shapes of a CIFAR ResNet-56 at SDN's placement, batch 128, on random features of the real size. The accuracy of
// such ICs means nothing, but their cost is the same. Prints a Markdown table.
//
//   pnpm --filter @ztw/bench training-cost [steps per IC, default 40]

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { memoryBlobStore, type RowShape } from '@ztw/core';
import { convHead, type HeadSpecification, poolConvHead, pooledHead } from '@ztw/heads';
import { tensorflowKernels } from '@ztw/runtime-tfjs';
import { trainInternalClassifiers } from '@ztw/training';
import { median } from './median.ts';
import { randomBackbone } from './random-backbone.ts';

const classes = 10;
const batchSize = 128;
const steps = Number(process.argv[2] ?? 40);
/** Features after residual blocks 3, 7, 11, 15, 19 and 23 of ResNet-56. */
const cutShapes: readonly RowShape[] = [
  [16, 32, 32],
  [16, 32, 32],
  [32, 16, 16],
  [32, 16, 16],
  [64, 8, 8],
  [64, 8, 8],
];
const families: readonly {
  readonly name: string;
  readonly head: (inputShape: RowShape, cascade: boolean) => HeadSpecification;
}[] = [
  { name: 'pooled', head: (inputShape, cascade) => pooledHead({ inputShape, classes, cascade }) },
  { name: 'pool-conv', head: (inputShape, cascade) => poolConvHead({ inputShape, classes, cascade }) },
  { name: 'conv', head: (inputShape, cascade) => convHead({ inputShape, classes, cascade }) },
];

tf.env().set('PROD', true);
await tf.setBackend('wasm');
await tf.ready();

const rows = batchSize * 8;
const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
const epochs = Math.max(1, Math.ceil(steps / (rows / batchSize)));

console.log(
  `| heads (6 ICs, batch ${batchSize}) | ms per step, all 6 | per IC | backbone passes per copy | features held | process peak |`,
);
console.log('| --- | ---: | --- | ---: | ---: | ---: |');
for (const { name, head } of families) {
  const heads = cutShapes.map((shape, cut) => head(shape, cut > 0));
  // The first round is a warm-up and is not counted.
  const rounds: number[][] = [];
  let passes = 0;
  let held = 0;
  for (let round = 0; round < 4; round++) {
    const result = await trainInternalClassifiers({
      kernels: tensorflowKernels(tf),
      backbone: randomBackbone(cutShapes, heads, classes),
      data: { rows, copies: 1, labels, read: async (wanted) => new Float32Array(wanted.length) },
      variants: [{ name, heads }],
      recipe: { epochs, batchSize, seed: round },
      scratch: memoryBlobStore(),
    });
    if (round > 0) rounds.push((result.variants[0]?.stepMilliseconds ?? []).map((value) => value ?? Number.NaN));
    passes = result.backbonePasses;
    held = result.peakFeatureBytes;
  }
  const perCut = cutShapes.map((_, cut) => median(rounds.map((round) => round[cut] ?? Number.NaN)));
  const total = perCut.reduce((sum, value) => sum + value, 0);
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const peak = mebibytes(process.resourceUsage().maxRSS * 1024);
  const each = perCut.map((value) => value.toFixed(1)).join(' + ');
  console.log(`| ${name} | ${total.toFixed(1)} | ${each} | ${passes} | ${mebibytes(held)} | ${peak} |`);
}
