// One network at one batch size on one runtime: the whole network, its part before the middle exit, and the bundle
// stage by stage and in one file, each with no row leaving and with half of the rows leaving in the middle.

import type { Classification, DenseInputBatch } from '@ztw/core';
import { type Contender, interleave, type TimedContender } from '@ztw/core/evaluation';
import { exportBundle, type GraphOptimiser, optimiseBundle } from '@ztw/onnx-graph';
import { createExecutor, type ExecutorKind, loadBundle, type OnnxRuntime, wholeModel } from '@ztw/runtime-onnx';
import { imageClasses, imageShape } from '../networks/network-writer.ts';
import { networkUpTo, type UntrainedBundle } from '../networks/untrained-bundle.ts';
import { halfLeaves } from './half-leaves.ts';
import { imageSize, noiseImages } from './noise-images.ts';

export interface RaceRealSizeOptions {
  readonly ort: OnnxRuntime;
  /** The optimiser of the native runtime; null for other runtimes. */
  readonly optimise: GraphOptimiser | null;
  /** The whole network. */
  readonly bytes: Uint8Array;
  readonly untrained: UntrainedBundle;
  readonly batch: number;
  /** Time for all counted rounds. There are at least `leastRounds`, and an odd number. */
  readonly seconds: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
  /** The clock, in milliseconds. */
  now(): number;
}

/** The contenders, in the order in which they are timed. */
export const contenderNames = [
  'whole',
  'up to the middle exit',
  'staged, nobody leaves',
  'one file, nobody leaves',
  'staged, half leave',
  'one file, half leave',
] as const;

export type ContenderName = (typeof contenderNames)[number];

export interface RacedRealSize {
  /** Images that each contender runs per round. */
  readonly imagesPerRound: number;
  /** The exit at which half of the rows leave. */
  readonly exitIndex: number;
  readonly timed: Readonly<Record<ContenderName, TimedContender>>;
}

export async function raceRealSize(options: RaceRealSizeOptions): Promise<RacedRealSize> {
  const { ort, optimise, bytes, untrained, batch, seconds, leastRounds, mostRounds, now } = options;
  const imagesPerRound = Math.max(2, batch);
  const images = noiseImages(imagesPerRound);
  const batches: DenseInputBatch[] = [];
  for (let start = 0; start < imagesPerRound; start += batch) {
    batches.push({ rows: batch, data: images.subarray(start * imageSize, (start + batch) * imageSize) });
  }
  const resources: AsyncDisposable[] = [];
  const opened = <Resource extends AsyncDisposable>(resource: Resource): Resource => {
    resources.push(resource);
    return resource;
  };
  try {
    const loaded = await loadBundle({ ort, bundle: untrained.bundle });
    const half = await halfLeaves(loaded, images, imagesPerRound);
    await loaded.model[Symbol.asyncDispose]();
    const whole = opened(await wholeModel({ ort, bytes, inputShape: imageShape, classes: imageClasses }));
    const open = async (kind: ExecutorKind) =>
      opened(
        await createExecutor({
          ort,
          bundle: untrained.bundle,
          kind,
          batchSize: batch,
          exportBundle,
          optimiseBundle,
          ...(optimise === null ? {} : { optimise }),
        }),
      );
    const staged = await open('staged');
    const oneFile = await open(batch === 1 ? 'nested-if' : 'batch-if');
    const before = await openBefore(ort, networkUpTo(untrained.plan, half.exitIndex));
    resources.push({ [Symbol.asyncDispose]: () => before.release() });
    const onEach = (name: ContenderName, run: (input: DenseInputBatch) => Promise<unknown>): Contender => ({
      name,
      run: async () => {
        for (const input of batches) await run(input);
      },
    });
    const noneLeave = (input: DenseInputBatch, executor: typeof staged) => executor.classify(input, { threshold: 1 });
    const halfLeave = (input: DenseInputBatch, executor: typeof staged) =>
      executor.classify(input, { threshold: half.thresholds });
    for (const executor of [staged, oneFile]) {
      await requireHalf(batches, (input) => halfLeave(input, executor), half.exitIndex);
    }
    const contenders = [
      onEach('whole', (input) => whole.runWhole(input)),
      onEach('up to the middle exit', (input) => before.run({ input: toTensor(ort, input) })),
      onEach('staged, nobody leaves', (input) => noneLeave(input, staged)),
      onEach('one file, nobody leaves', (input) => noneLeave(input, oneFile)),
      onEach('staged, half leave', (input) => halfLeave(input, staged)),
      onEach('one file, half leave', (input) => halfLeave(input, oneFile)),
    ];
    const start = performance.now();
    await interleave(contenders, { rounds: 0, warmUps: 1 });
    const trial = (performance.now() - start) / 1000;
    const rounds = Math.min(mostRounds, Math.max(leastRounds, Math.floor(seconds / trial)));
    const timed = await interleave(contenders, { rounds, warmUps: 1, now });
    return {
      imagesPerRound,
      exitIndex: half.exitIndex,
      timed: Object.fromEntries(timed.map((each) => [each.name, each])) as RacedRealSize['timed'],
    };
  } finally {
    for (const resource of resources) await resource[Symbol.asyncDispose]();
  }
}

async function openBefore(ort: OnnxRuntime, bytes: Uint8Array) {
  return ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
}

function toTensor(ort: OnnxRuntime, { data, rows }: DenseInputBatch) {
  return new ort.Tensor('float32', data as Float32Array, [rows, ...imageShape]);
}

/** @throws Error unless half of the rows leave at the exit and the others at the last. */
async function requireHalf(
  batches: readonly DenseInputBatch[],
  classify: (input: DenseInputBatch) => Promise<Classification>,
  exitIndex: number,
): Promise<void> {
  let [rows, left] = [0, 0];
  for (const input of batches) {
    const { results } = await classify(input);
    rows += results.length;
    left += results.filter((result) => result.exitIndex === exitIndex).length;
  }
  if (2 * left !== rows) throw new Error(`Expected half of ${rows} rows to leave at exit ${exitIndex}; ${left} did.`);
}
