import { type Head, memoryBlobStore } from '@ztw/core';
import { executeLayers } from '@ztw/core/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { tensorflowOn } from '../__fixtures__/backends.ts';
import { expectClose } from '../__fixtures__/expect-close.ts';
import { toyBackbone, toyClasses, toyData, toyHeldOut, toyVariants } from '../__fixtures__/toy-task.ts';
import type { TensorflowCore } from '../kernels/tensorflow-core.ts';
import { trainInternalClassifiers } from './train-internal-classifiers.ts';
import type { TrainOptions } from './train-options.ts';
import type { TrainingProgress } from './training-progress.ts';

let tf: TensorflowCore;

beforeAll(async () => {
  tf = await tensorflowOn('wasm');
});

function toyOptions(overrides: Partial<TrainOptions> = {}): TrainOptions {
  const variants = toyVariants();
  return {
    tf,
    backbone: toyBackbone(variants[0]!.heads),
    data: toyData(150, 2, 3),
    heldOut: toyHeldOut(60),
    variants,
    recipe: { epochs: 6, batchSize: 32, learningRate: 0.01, seed: 5 },
    scratch: memoryBlobStore(),
    ...overrides,
  };
}

function accuracy(logits: Float32Array, labels: Int32Array): number {
  const right = [...labels].filter((label, row) => {
    const scores = [...logits.subarray(row * toyClasses, (row + 1) * toyClasses)];
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / labels.length;
}

describe('trainInternalClassifiers', () => {
  test('learns, and the cascade helps the IC that has one', async () => {
    const events: TrainingProgress[] = [];
    const options = toyOptions({ onProgress: (event) => events.push(event) });
    const result = await trainInternalClassifiers(options);
    const steps = events.filter((event) => event.kind === 'step');
    for (const variant of ['ztw', 'sdn']) {
      for (const cut of [0, 1]) {
        const losses = steps.filter((event) => event.variant === variant && event.cut === cut).map(({ loss }) => loss);
        expect(losses).toHaveLength(6 * 5);
        expect(losses.at(-1)! / losses[0]!, `${variant} at cut ${cut}`).toBeLessThan(0.8);
      }
    }
    console.log(
      result.variants.map((v) => [
        v.name,
        v.trainAccuracy,
        v.trainLoss,
        v.heldOutLogits.map((l) => accuracy(l, options.heldOut!.labels!)),
      ]),
      result.timings,
    );
  });
});
