// Runs all ways to classify the same images in turns, on one runtime and at one batch size.

import { manifestInputShape } from '@ztw/bundle';
import { argMax, type Classification, type DenseInputBatch } from '@ztw/core';
import { interleave, type TimedContender } from '@ztw/core/evaluation';
import { rowSize } from '@ztw/core/runtime';
import { exitLogitsName, exportBundle, type GraphOptimiser, optimiseBundle, readModel } from '@ztw/onnx-graph';
import { createExecutor, type Executor, type OnnxRuntime, wholeModel } from '@ztw/runtime-onnx';
import { type Method, thresholdForAccuracy, thresholdForBudget } from './method.ts';
import type { Inputs } from './read-inputs.ts';

export interface RaceOptions {
  readonly ort: OnnxRuntime;
  /** The optimiser of the native runtime; null for other runtimes. */
  readonly optimise: GraphOptimiser | null;
  readonly batch: number;
  /** Number of images in a round, a multiple of the batch. */
  readonly imagesPerRound: number;
  readonly rounds: number;
  readonly warmUps: number;
  readonly inputs: Inputs;
  /** The method whose executors are compared with each other. */
  readonly main: Method;
  readonly others: readonly Method[];
  /** Uncut networks: the main method's own, and a smaller one. */
  readonly whole: Uint8Array;
  readonly small: SmallNetwork | null;
  /** Fraction of the backbone's MACs that early exit may use. */
  readonly budget: number;
}

/** An uncut network that is smaller than the main one. */
export interface SmallNetwork {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** As a fraction of the main method's backbone. */
  readonly macs: number;
  /** Accuracy on the first images. */
  accuracy(images: number): number;
}

/** Results of a contender in the counted rounds. */
export interface Raced extends TimedContender {
  /** Mean cost of an image, as a fraction of the main method's backbone. */
  readonly macs: number;
  /** Fraction of the images with the correct class. */
  readonly accuracy: number;
}

interface Racer {
  readonly name: string;
  answer(input: DenseInputBatch): Promise<Answered>;
}

/** Predicted labels of some rows, and their mean cost. */
interface Answered {
  readonly labels: readonly number[];
  readonly macs: number;
}

export async function race(options: RaceOptions): Promise<readonly Raced[]> {
  const { inputs, imagesPerRound, batch, rounds, warmUps } = options;
  const resources: AsyncDisposable[] = [];
  try {
    const racers = await openRacers(options, resources);
    const answers = racers.map((): Answered[][] => []);
    const contenders = racers.map(({ name, answer }, index) => ({
      name,
      run: async (round: number) => {
        const answered: Answered[] = [];
        for (let start = 0; start < imagesPerRound; start += batch) {
          answered.push(await answer(inputs.batch(round * imagesPerRound + start, batch)));
        }
        (answers[index] as Answered[][])[round] = answered;
      },
    }));
    const timed = await interleave(contenders, { rounds, warmUps });
    return timed.map((contender, index) => {
      const all = (answers[index] as Answered[][]).flat();
      const labels = all.flatMap((part) => part.labels);
      return {
        ...contender,
        macs: all.reduce((sum, { macs }) => sum + macs, 0) / all.length,
        accuracy: labels.filter((label, row) => label === inputs.labels[row]).length / labels.length,
      };
    });
  } finally {
    for (const resource of resources) await resource[Symbol.asyncDispose]();
  }
}

async function openRacers(options: RaceOptions, resources: AsyncDisposable[]): Promise<readonly Racer[]> {
  const { main, others, small, batch, rounds, imagesPerRound, budget } = options;
  const images = rounds * imagesPerRound;
  const single = batch === 1 ? 'nested-if' : 'batch-if';
  const open = async (method: Method, kind: Executor['kind']): Promise<Executor> => {
    const { ort, optimise } = options;
    const settings = optimise === null ? {} : { optimise };
    const executor = await createExecutor({
      ort,
      ...settings,
      bundle: method.bundle,
      kind,
      batchSize: batch,
      exportBundle,
      optimiseBundle,
    });
    resources.push(executor);
    return executor;
  };
  const racer = (name: string, executor: Executor, threshold: number): Racer => ({
    name,
    answer: async (input) => answered(await executor.classify(input, { threshold })),
  });
  const staged = await open(main, 'staged');
  const one = await open(main, single);
  const half = thresholdForBudget(main, images, budget);
  const racers = [
    await wholeRacer(options, resources, 'whole network', options.whole, 1),
    await allExitsRacer(options, resources),
    racer('staged, no exit', staged, 1),
    racer(`${single}, no exit`, one, 1),
    racer('staged, early', staged, half),
    racer(`${single}, early`, one, half),
  ];
  const rivals: { readonly method: Method; readonly executor: Executor }[] = [{ method: main, executor: one }];
  for (const method of others) {
    const executor = await open(method, single);
    rivals.push({ method, executor });
    racers.push(racer(`${single}, early, ${method.name}`, executor, thresholdForBudget(method, images, budget)));
  }
  if (small !== null) {
    racers.push(await wholeRacer(options, resources, small.name, small.bytes, small.macs));
    for (const { method, executor } of rivals) {
      const threshold = thresholdForAccuracy(method, images, small.accuracy(images));
      if (threshold !== null)
        racers.push(racer(`${single}, ${method.name}, as accurate as ${small.name}`, executor, threshold));
    }
  }
  return racers;
}

function answered({ results, summary }: Classification): Answered {
  return { labels: results.map(({ labelIndex }) => labelIndex), macs: summary.meanMacsFraction };
}

/** The most probable class of each row. */
export function labelsOf(logits: Float32Array, classes: number): readonly number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => argMax(logits, row * classes, classes));
}

async function wholeRacer(
  { ort, main }: RaceOptions,
  resources: AsyncDisposable[],
  name: string,
  bytes: Uint8Array,
  macs: number,
): Promise<Racer> {
  const { manifest } = main.bundle;
  const { classes } = manifest;
  const inputShape = manifestInputShape(manifest);
  const { input, output } = readModel(bytes).graph;
  const names = { input: input[0]?.name ?? 'input', output: output[0]?.name ?? 'logits' };
  const whole = await wholeModel({ ort, bytes, inputShape, classes, ...names });
  resources.push(whole);
  return { name, answer: async (rows) => ({ labels: labelsOf(await whole.runWhole(rows), classes), macs }) };
}

/** The network with the same heads in one graph, without deciding any exit. */
async function allExitsRacer({ ort, main }: RaceOptions, resources: AsyncDisposable[]): Promise<Racer> {
  const { manifest } = main.bundle;
  const { networks, classes } = manifest;
  const inputShape = manifestInputShape(manifest);
  const bytes = await exportBundle(main.bundle, { form: 'all-exits' });
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  resources.push({ [Symbol.asyncDispose]: () => session.release() });
  const exits = networks.flatMap(({ stages }) => stages).map((_, exit) => exitLogitsName(exit));
  const size = rowSize(inputShape);
  return {
    name: 'whole network + heads',
    answer: async ({ data, rows }) => {
      const input = new ort.Tensor('float32', data.subarray(0, rows * size), [rows, ...inputShape]);
      const results = await session.run({ input }, exits);
      return { labels: labelsOf(results[exits.at(-1) ?? '']?.data as Float32Array, classes), macs: main.allExits };
    },
  };
}
