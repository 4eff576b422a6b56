// Compares the kernels of this project with those of the same backend or of the cpu backend: speed-ups as ratios of
// interleaved medians, at the sizes of ResNet features. Property tests beside the kernels check that the results are
// equal. Prints a Markdown table.
//
//   pnpm --filter @ztw/bench kernels [rounds, default 9]

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { seededRandom } from '@ztw/heads';
import { installKernels } from '@ztw/runtime-tfjs';
import { takeEntries } from '../../../packages/runtime-tfjs/src/inference/take-entries.ts';
import { median } from './median.ts';

type Backend = 'cpu' | 'wasm';

interface Contest {
  readonly kernel: string;
  readonly sizes: string;
  readonly against: string;
  /** Prepares a run on the current backend. */
  readonly own: () => () => tf.Tensor;
  readonly other: () => () => tf.Tensor;
  readonly otherBackend: Backend;
}

const rounds = Number(process.argv[2] ?? 9);
const random = seededRandom(1);
tf.enableProdMode();
await tf.setBackend('wasm');
await tf.ready();
installKernels(tf);

function filled(shape: readonly number[]): tf.Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length }, () => random() - 0.5),
    [...shape],
  );
}

function filterGradient(rows: number, channels: number, size: number, stride: number): Contest {
  const prepare = (): (() => tf.Tensor) => {
    const x = filled([rows, size, size, channels]);
    const dy = filled([rows, size / stride, size / stride, channels]);
    const attributes = {
      strides: [stride, stride],
      pad: 'same',
      dataFormat: 'NHWC',
      dimRoundingMode: 'floor',
      filterShape: [3, 3, channels, channels],
    };
    return () => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attributes) as tf.Tensor;
  };
  return {
    kernel: 'Conv2DBackpropFilter',
    sizes: `${rows} x ${channels} x ${size} x ${size}, 3x3, stride ${stride}`,
    against: 'cpu (wasm has none)',
    own: prepare,
    other: prepare,
    otherBackend: 'cpu',
  };
}

function rowsTaken(rows: number, channels: number, size: number, otherBackend: Backend): Contest {
  const kept = Int32Array.from({ length: (rows * 3) / 4 }, (_, position) => Math.floor((position * 4) / 3));
  return {
    kernel: 'rows that stay',
    sizes: `${kept.length} of ${rows}, ${channels} x ${size} x ${size}`,
    against: `GatherV2 on ${otherBackend}`,
    own: () => {
      const x = filled([rows, size, size, channels]);
      return () => takeEntries(tf, x, 0, kept);
    },
    other: () => {
      const x = filled([rows, size, size, channels]);
      const indices = tf.tensor(kept, [kept.length], 'int32');
      const attributes = { axis: 0, batchDims: 0 };
      return () => tf.engine().runKernel('GatherV2', { x, indices }, attributes) as tf.Tensor;
    },
    otherBackend,
  };
}

const contests: readonly Contest[] = [
  filterGradient(8, 16, 32, 1),
  filterGradient(8, 32, 16, 1),
  filterGradient(8, 32, 16, 2),
  rowsTaken(256, 16, 32, 'wasm'),
  rowsTaken(256, 64, 8, 'wasm'),
  rowsTaken(256, 64, 8, 'cpu'),
];

console.log('| kernel on wasm | sizes | ms | against | ms | speed-up |');
console.log('| --- | --- | ---: | --- | ---: | ---: |');
for (const { kernel, sizes, against, own, other, otherBackend } of contests) {
  const sides: { backend: Backend; run: () => tf.Tensor; times: number[] }[] = [];
  for (const [backend, prepare] of [
    ['wasm', own],
    [otherBackend, other],
  ] as const) {
    await tf.setBackend(backend);
    sides.push({ backend, run: prepare(), times: [] });
  }
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const { backend, run, times } of sides) {
      await tf.setBackend(backend);
      const start = performance.now();
      const result = run();
      result.dataSync();
      if (round > 0) times.push(performance.now() - start);
      result.dispose();
    }
  }
  const [ours = Number.NaN, theirs = Number.NaN] = sides.map(({ times }) => median(times));
  console.log(
    `| ${kernel} | ${sizes} | ${ours.toFixed(2)} | ${against} | ${theirs.toFixed(2)} | ${(theirs / ours).toFixed(1)} |`,
  );
}
