// Classifies many images twice, with early exits and through all stages, in turns, so that both meet the same conditions.

import { never } from '@ztw/core';
import type { CallOptions, Classifier, ClassifierInput, ClassifierResult } from 'ztw';

/** Images that run together. */
export const batchSize = 10;

export interface RunCounters {
  readonly done: number;
  readonly total: number;
  /** Images that left at each exit. */
  readonly exits: readonly number[];
  /** Share of the full network's work that the images took. */
  readonly cost: number;
  /** Correct answers, with early exits and from all stages; null without labels. */
  readonly correct: { readonly early: number; readonly full: number } | null;
  /** Answers that are the same both ways. */
  readonly same: number;
  /** Time of the images done, in milliseconds. */
  readonly milliseconds: { readonly early: number; readonly full: number };
}

/** The results of one batch. */
export interface RunStep {
  readonly counters: RunCounters;
  readonly inputs: readonly ClassifierInput[];
  readonly results: readonly ClassifierResult[];
}

export interface MeasureRunOptions<Image> {
  readonly images: readonly Image[];
  /** Reads an image; its time is not measured. */
  readonly open: (image: Image) => Promise<ClassifierInput>;
  readonly labels: readonly number[] | null;
  /** When images leave. */
  readonly call: CallOptions;
  readonly signal: AbortSignal;
}

/** @throws as `classifier.classify`. */
export async function* measureRun<Image>(
  classifier: Classifier,
  { images, open, labels, call, signal }: MeasureRunOptions<Image>,
): AsyncGenerator<RunStep, void, undefined> {
  const early = { ...call, signal };
  const { resize } = call;
  const full = { policy: never(), signal, ...(resize === undefined ? {} : { resize }) };
  const exits = classifier.stages.map(() => 0);
  const milliseconds = { early: 0, full: 0 };
  const correct = { early: 0, full: 0 };
  let cost = 0;
  let same = 0;
  const timed = async (
    batch: readonly ClassifierInput[],
    way: 'early' | 'full',
  ): Promise<readonly ClassifierResult[]> => {
    const start = performance.now();
    const results = await classifier.classify(batch, way === 'early' ? early : full);
    milliseconds[way] += performance.now() - start;
    return results;
  };

  // The first runs of a network are slower than all others.
  const warmUp = await Promise.all(images.slice(0, batchSize).map(open));
  for (const options of [early, full]) await classifier.classify(warmUp, options);

  for (let first = 0; first < images.length; first += batchSize) {
    const batch = await Promise.all(images.slice(first, first + batchSize).map(open));
    const earlyFirst = (first / batchSize) % 2 === 0;
    const before = earlyFirst ? await timed(batch, 'early') : null;
    const whole = await timed(batch, 'full');
    const results = before ?? (await timed(batch, 'early'));
    for (const [index, result] of results.entries()) {
      const answer = whole[index] as ClassifierResult;
      const expected = labels?.[first + index];
      exits[result.exit] = (exits[result.exit] ?? 0) + 1;
      cost += result.cost;
      same += Number(result.labelIndex === answer.labelIndex);
      correct.early += Number(result.labelIndex === expected);
      correct.full += Number(answer.labelIndex === expected);
    }
    const done = first + batch.length;
    const counters = {
      done,
      total: images.length,
      exits: [...exits],
      cost: cost / done,
      correct: labels === null ? null : { ...correct },
      same,
      milliseconds: { ...milliseconds },
    };
    yield { counters, inputs: batch, results };
  }
}
