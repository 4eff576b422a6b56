import { AbortedError, InvalidDataError, InvalidInputError, memoryBlobStore, RuntimeFailureError } from '@ztw/core';
import { decodeFloat16, type MathKernels } from '@ztw/core/runtime';
import { executeHead, hasCascade, pooledHead } from '@ztw/heads';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../../runtime-tfjs/src/__fixtures__/expect-close.ts';
import { kernelsOn } from '../__fixtures__/kernels-on.ts';
import { essence, toyOptions } from '../__fixtures__/toy-options.ts';
import {
  toyBackbone,
  toyClasses,
  toyData,
  toyHeldOut,
  toyVariants,
  wholeMapVariants,
} from '../__fixtures__/toy-task.ts';
import { trainInternalClassifiers } from './train-internal-classifiers.ts';
import type { TrainingProgress } from './training-progress.ts';

let kernels: MathKernels;

beforeAll(async () => {
  kernels = await kernelsOn('wasm');
});

/** Share of the rows whose largest logit is that of `answers`. */
function agreement(logits: Float32Array, answers: Int32Array): number {
  return predictions(logits).filter((answer, row) => answer === answers[row]).length / answers.length;
}

function predictions(logits: Float32Array): Int32Array {
  return Int32Array.from({ length: logits.length / toyClasses }, (_, row) => {
    const scores = [...logits.subarray(row * toyClasses, (row + 1) * toyClasses)];
    return scores.indexOf(Math.max(...scores));
  });
}

/** Batches of 16 rows: 150 rows of each copy, then 60 held-out rows. */
const rowsAfterBatch = (batch: number): number => {
  const copy = Math.min(2, Math.floor(batch / 10));
  return copy * 150 + Math.min(copy < 2 ? 150 : 60, (batch - copy * 10 + 1) * 16);
};

describe('trainInternalClassifiers', () => {
  test('learns what generalises, and the cascade helps the IC that has one', async () => {
    const events: TrainingProgress[] = [];
    const options = toyOptions(kernels, { onProgress: (event) => events.push(event) });
    const { variants } = await trainInternalClassifiers(options);
    const labels = options.heldOut!.labels!;
    const [ztw, sdn] = variants;
    expect(ztw!.trainAccuracy[1]).toBeGreaterThan(0.85);
    expect(sdn!.trainAccuracy[1]).toBeGreaterThan(0.7);
    expect(agreement(ztw!.heldOutLogits[0]!, labels)).toBeGreaterThan(0.7);
    expect(agreement(ztw!.heldOutLogits[1]!, labels)).toBeGreaterThan(agreement(sdn!.heldOutLogits[1]!, labels) + 0.05);
    for (const variant of ['ztw', 'sdn']) {
      for (const cut of [0, 1]) {
        const steps = events.filter((event) => event.kind === 'step' && event.variant === variant && event.cut === cut);
        const losses = steps.map((event) => (event.kind === 'step' ? event.loss : NaN));
        expect(losses).toHaveLength(6 * 5);
        expect(losses.at(-1)! / losses[4]!, `${variant} at cut ${cut}`).toBeLessThan(0.8);
      }
    }
  });

  test('tells how far it is, from nothing to all, without ever going back', async () => {
    const events: TrainingProgress[] = [];
    await trainInternalClassifiers(
      toyOptions(kernels, { onProgress: (event) => events.push(event), checkpoints: memoryBlobStore() }),
    );
    const fractions = events.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    // Two copies of 150 rows and 60 others; 192 and 128 cached values of two bytes, and logits of the 60.
    const featureBytes = 360 * (192 + 128) * 2 + 60 * toyClasses * 4;
    expect(events[0]).toEqual({
      kind: 'planned',
      ...{ rows: 360, passes: 1, featureBytes, memoryBytes: featureBytes, storedBytes: 0 },
      ...{ fraction: 0, etaSeconds: expect.any(Number) },
    });
    expect(fractions[1]).toBeGreaterThan(0);
    expect(fractions.at(-1)).toBeCloseTo(1, 10);
    expect(events.every(({ etaSeconds }) => etaSeconds >= 0 && etaSeconds < 600)).toBe(true);
    expect(events.at(-1)!.etaSeconds).toBeCloseTo(0, 6);
    const features = events.filter((event) => event.kind === 'features');
    expect(features.map(({ pass, number, passes, cut }) => [pass, number, passes, cut])).toEqual(
      features.map(() => ['sweep', 1, 1, 2]),
    );
    expect(features.map(({ rowsDone }) => rowsDone)).toEqual([...features.keys()].map(rowsAfterBatch));
    expect(events.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(2 * (6 + 1));
    const done = events.filter((event) => event.kind === 'cut-done');
    expect(done.map(({ cut }) => cut)).toEqual([0, 1]);
    expect(done[0]!.variants[0]!.heldOutAccuracy).toBeGreaterThan(0.7);
  });

  test('runs the backbone once over each copy, and its last segment over held-out rows alone', async () => {
    const { heads } = toyVariants()[0]!;
    const backbone = toyBackbone(heads);
    const result = await trainInternalClassifiers(toyOptions(kernels, { backbone }));
    expect(backbone.rowsThrough).toEqual([360, 360, 60]);
    expect(result.backbonePasses).toBe(1);
    expect(result.spilledBytes).toBe(0);
    // What the ICs read, 192 and 128 values of two bytes, and the logits of the held-out rows. No boundary is stored.
    expect(result.peakFeatureBytes).toBe(360 * (192 + 128) * 2 + 60 * toyClasses * 4);
  });

  test('returns heads that give the returned logits, and the logits of the backbone last', async () => {
    const options = toyOptions(kernels);
    const { backbone, heldOut } = options;
    const { variants } = await trainInternalClassifiers(options);
    const rows = Int32Array.from({ length: heldOut!.rows }, (_, row) => row);
    const first = await backbone.runSegment(0, [await heldOut!.read(rows)], rows.length);
    const second = await backbone.runSegment(1, first.boundary, rows.length);
    const last = await backbone.runSegment(2, second.boundary, rows.length);
    const features = [first, second].map(({ boundary }) => decodeFloat16(boundary[0] as Uint16Array));
    for (const { heads, heldOutLogits } of variants) {
      expect(heldOutLogits).toHaveLength(3);
      const atFirst = executeHead(heads[0]!, features[0]!, rows.length, null);
      // The pools were rounded to float16 once more before the mix: 2^-11 of values around 1, summed over 96 of them.
      expectClose(heldOutLogits[0], atFirst, { rtol: 1e-2, atol: 1e-2 });
      const cascades = hasCascade(heads[1]!.specification);
      const atSecond = executeHead(heads[1]!, features[1]!, rows.length, cascades ? heldOutLogits[0]! : null);
      expectClose(heldOutLogits[1], atSecond, { rtol: 1e-4, atol: 1e-5 });
      expect(heldOutLogits[2]).toEqual(last.logits);
    }
  });

  test('gives the same bytes for the same seed, others for another', async () => {
    const first = essence(await trainInternalClassifiers(toyOptions(kernels)));
    expect(essence(await trainInternalClassifiers(toyOptions(kernels)))).toEqual(first);
    const other = toyOptions(kernels, { recipe: { ...toyOptions(kernels).recipe, seed: 6 } });
    expect(essence(await trainInternalClassifiers(other))).not.toEqual(first);
  });

  test('trains each variant as it would alone', async () => {
    const together = await trainInternalClassifiers(toyOptions(kernels));
    const alone = await trainInternalClassifiers(toyOptions(kernels, { variants: [toyVariants()[1]!] }));
    expect(alone.variants[0]!.heads).toEqual(together.variants[1]!.heads);
  });

  test('gives the same result with all features spilled, with some, and with none', async () => {
    // What the ICs read has 0.9 and 0.6 MiB, in shards of a MiB for both.
    const data = toyData(2500, 1, 3);
    const recipe = { epochs: 1, batchSize: 256, seed: 5 };
    const run = async (memoryLimit: number) => {
      const scratch = memoryBlobStore();
      await scratch.put('features/left-over', new Uint8Array(9));
      await scratch.put('somebody-elses', new Uint8Array(9));
      const result = await trainInternalClassifiers(toyOptions(kernels, { data, recipe, scratch, memoryLimit }));
      expect(await scratch.list('')).toEqual(['somebody-elses']);
      return result;
    };
    const [none, some, all] = [await run(2 ** 30), await run(2 ** 20), await run(0)];
    expect(essence(some!)).toEqual(essence(none!));
    expect(essence(all!)).toEqual(essence(none!));
    expect(none!.spilledBytes).toBe(0);
    expect(some!.spilledBytes).toBeGreaterThan(2 ** 18);
    expect(some!.spilledBytes).toBeLessThan(all!.spilledBytes);
    expect(all!.spilledBytes).toBe(2560 * (192 + 128) * 2 + 60 * toyClasses * 4);
    // Over its limit by no more than the shards that are being written.
    expect(some!.peakFeatureBytes).toBeLessThanOrEqual(2 ** 20 + 2 ** 20);
  }, 120_000);

  test('gives the same result in one pass and in several', async () => {
    const variants = wholeMapVariants();
    for (const distillation of [null, { weight: 0.5, temperature: 2 }]) {
      const run = async (memoryLimit: number) => {
        const backbone = toyBackbone(variants[0]!.heads);
        const plans: TrainingProgress[] = [];
        const result = await trainInternalClassifiers(
          toyOptions(kernels, {
            backbone,
            variants,
            memoryLimit,
            recipe: { epochs: 2, batchSize: 32, seed: 5, distillation },
            onProgress: (event) => event.kind === 'planned' && plans.push(event),
          }),
        );
        return { result, plan: plans[0], rowsThrough: backbone.rowsThrough };
      };
      const [one, several] = [await run(2 ** 30), await run(0)];
      expect(one.plan).toMatchObject({ passes: 1, featureBytes: expect.any(Number), storedBytes: 0 });
      expect(several.plan).toMatchObject({ passes: 2, featureBytes: 360 * 384 * 2, memoryBytes: 0 });
      expect(essence(several.result)).toEqual(essence(one.result));
      // The teacher's answers come with the one pass, and take a pass of their own before several.
      expect(one.rowsThrough).toEqual(distillation === null ? [360, 360, 60] : [360, 360, 360]);
      expect(several.rowsThrough).toEqual(distillation === null ? [360, 360, 60] : [660, 660, 360]);
      expect(several.result.spilledBytes).toBe(360 * (384 + 128) * 2 + several.rowsThrough[2]! * toyClasses * 4);
    }
  }, 120_000);

  test('takes two tensors across a cut', async () => {
    const { heads } = toyVariants()[0]!;
    const single = await trainInternalClassifiers(toyOptions(kernels));
    const backbone = toyBackbone(heads, { twoTensors: true });
    const double = await trainInternalClassifiers(toyOptions(kernels, { backbone }));
    // The second cut and the end see the same features as without the detour; the IC at the first sees half of them.
    expect(double.variants[1]!.heads[1]).toEqual(single.variants[1]!.heads[1]);
    expect(double.variants[1]!.heldOutLogits[2]).toEqual(single.variants[1]!.heldOutLogits[2]);
    expect(double.variants[1]!.heads[0]).not.toEqual(single.variants[1]!.heads[0]);
  });

  test('keeps float32 features as they are', async () => {
    const { heads } = toyVariants()[0]!;
    const backbone = toyBackbone(heads, { precision: 'float32' });
    const exact = await trainInternalClassifiers(toyOptions(kernels, { backbone }));
    const rounded = await trainInternalClassifiers(toyOptions(kernels));
    expect(essence(exact)).not.toEqual(essence(rounded));
    // Thirty steps of Adam at 0.01 turn rounding in the eleventh bit into differences of a few percent.
    expectClose(exact.variants[0]!.trainLoss, rounded.variants[0]!.trainLoss, { rtol: 0.05, atol: 0 });
  });

  test('runs on the cpu backend, to the same result within float32 rounding', async () => {
    const recipe = { epochs: 1, batchSize: 32, learningRate: 0.01, seed: 5 };
    const onWasm = await trainInternalClassifiers(toyOptions(kernels, { recipe }));
    const onCpu = await trainInternalClassifiers(toyOptions(await kernelsOn('cpu'), { recipe }));
    await kernelsOn('wasm');
    onWasm.variants.forEach(({ heldOutLogits }, index) => {
      // Adam's first steps have the size of the learning rate whatever the gradient: rounding near zero can turn their
      // sign.
      expectClose(onCpu.variants[index]!.heldOutLogits[1], heldOutLogits[1]!, { rtol: 1e-2, atol: 1e-2 });
    });
  });

  test('trains nothing on a backbone without cuts, but runs it over the held-out rows', async () => {
    const whole = toyBackbone(toyVariants()[0]!.heads);
    const backbone = {
      ...whole,
      cuts: [],
      async runSegment(_: number, inputs: Parameters<typeof whole.runSegment>[1], rows: number) {
        const first = await whole.runSegment(0, inputs, rows);
        const second = await whole.runSegment(1, first.boundary, rows);
        return whole.runSegment(2, second.boundary, rows);
      },
    };
    const { variants } = await trainInternalClassifiers(
      toyOptions(kernels, { backbone, variants: [{ name: 'plain', heads: [] }] }),
    );
    const trained = await trainInternalClassifiers(toyOptions(kernels));
    expect(variants[0]!.heads).toEqual([]);
    expect(variants[0]!.heldOutLogits).toEqual([trained.variants[0]!.heldOutLogits[2]]);
  });

  test('does without held-out rows', async () => {
    const withThem = await trainInternalClassifiers(toyOptions(kernels));
    const backbone = toyBackbone(toyVariants()[0]!.heads);
    const without = await trainInternalClassifiers(toyOptions(kernels, { heldOut: null, backbone }));
    expect(without.variants[0]!.heads).toEqual(withThem.variants[0]!.heads);
    expect(without.variants[0]!.heldOutLogits).toEqual([]);
    expect(backbone.rowsThrough).toEqual([300, 300, 0]);
  });

  test('learns the backbone’s own answers where there are no labels', async () => {
    const { heads } = toyVariants()[0]!;
    const backbone = toyBackbone(heads);
    const data = { ...toyData(150, 2, 3), labels: null };
    const heldOut = { ...toyHeldOut(60), labels: null };
    const recipe = { epochs: 20, batchSize: 32, learningRate: 0.01, distillation: { weight: 1, temperature: 2 } };
    const { variants, backbonePasses } = await trainInternalClassifiers(
      toyOptions(kernels, { backbone, data, heldOut, recipe }),
    );
    expect(backbonePasses).toBe(1);
    expect(backbone.rowsThrough).toEqual([360, 360, 360]);
    for (const { heldOutLogits } of variants) {
      const teacher = predictions(heldOutLogits[2]!);
      const share = Math.max(...[0, 1, 2, 3].map((answer) => teacher.filter((each) => each === answer).length)) / 60;
      expect(agreement(heldOutLogits[1]!, teacher)).toBeGreaterThan(share + 0.1);
    }
  });

  test('stops at a signal that fired before it began', async () => {
    const backbone = toyBackbone(toyVariants()[0]!.heads);
    const stopped = trainInternalClassifiers(toyOptions(kernels, { backbone, signal: AbortSignal.abort('no time') }));
    await expect(stopped).rejects.toThrow(AbortedError);
    expect(backbone.rowsThrough).toEqual([0, 0, 0]);
  });

  test('lets the event loop turn while it trains', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const started = performance.now();
    await trainInternalClassifiers(toyOptions(kernels, { data: toyData(1000, 1, 3) }));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(Math.floor((performance.now() - started) / 500));
  });
});

describe('trainInternalClassifiers says what is wrong', () => {
  const cases: readonly [string, Parameters<typeof toyOptions>[1], { new (...args: never[]): Error }, RegExp][] = [
    [
      'no rows',
      { data: { ...toyData(1, 1, 3), rows: 0, labels: null } },
      InvalidDataError,
      /training data with at least one row; received 0/,
    ],
    [
      'a label out of range',
      { data: { ...toyData(3, 1, 3), labels: Int32Array.of(0, 4, 1) } },
      InvalidDataError,
      /labels in 0\.\.3, .* row 1 .* label 4/,
    ],
    [
      'a held-out label out of range',
      { heldOut: { ...toyHeldOut(2), labels: Int32Array.of(0, -1) } },
      InvalidDataError,
      /row 1 of the held-out data/,
    ],
    [
      'too few labels',
      { data: { ...toyData(3, 1, 3), labels: Int32Array.of(0) } },
      InvalidDataError,
      /3 training rows; received 1 labels/,
    ],
    ['no copies', { data: { ...toyData(3, 1, 3), copies: 0 } }, InvalidInputError, /at least one copy/],
    ['no labels and no teacher', { data: { ...toyData(3, 1, 3), labels: null } }, InvalidInputError, /weight 1/],
    [
      'input of a wrong size',
      { data: { ...toyData(3, 1, 3), read: async () => new Float32Array(5) } },
      InvalidDataError,
      /384 values; received 5/,
    ],
    ['no variant', { variants: [] }, InvalidInputError, /at least one variant/],
    ['variants of one name', { variants: [toyVariants()[0]!, toyVariants()[0]!] }, InvalidInputError, /ztw, ztw/],
    [
      'too few heads',
      { variants: [{ name: 'one', heads: toyVariants()[0]!.heads.slice(1) }] },
      InvalidInputError,
      /one head per cut .* 2 heads; received 1/,
    ],
    [
      'heads in the wrong order',
      { variants: [{ name: 'turned', heads: [...toyVariants()[1]!.heads].reverse() }] },
      InvalidInputError,
      /reads rows of \[8, 4, 4\], but the features have the shape \[6, 8, 8\]/,
    ],
    [
      'a cascade at the first cut',
      {
        variants: [
          {
            name: 'early',
            heads: [
              pooledHead({ inputShape: [6, 8, 8], classes: toyClasses, cascade: true, poolSize: 4 }),
              toyVariants()[1]!.heads[1]!,
            ],
          },
        ],
      },
      InvalidInputError,
      /no previous IC/,
    ],
    [
      'a recipe out of range',
      { recipe: { batchSize: 0 } },
      InvalidInputError,
      /batchSize must be an integer of at least 1/,
    ],
  ];

  test.each(cases)('%s', async (_, overrides, kind, message) => {
    const training = trainInternalClassifiers(toyOptions(kernels, overrides));
    await expect(training).rejects.toThrow(kind);
    await expect(training).rejects.toThrow(message);
  });

  test('heads that cannot share a cache', async () => {
    const [ztw, sdn] = toyVariants();
    const { heads } = sdn!;
    const withoutRelu = { ...heads[1]!, layers: heads[1]!.layers.slice(1) };
    const variants = [ztw!, { name: 'bare', heads: [heads[0]!, withoutRelu] }];
    await expect(trainInternalClassifiers(toyOptions(kernels, { variants }))).rejects.toThrow(
      /"ztw" and "bare" at cut "block1" begin with different layers/,
    );
  });

  test('features that are not numbers', async () => {
    const backbone = toyBackbone(toyVariants()[0]!.heads, { brokenSegment: 1 });
    const training = trainInternalClassifiers(toyOptions(kernels, { backbone }));
    await expect(training).rejects.toThrow(RuntimeFailureError);
    await expect(training).rejects.toThrow(
      /NaN at cut 1 \("block1"\), variant "ztw", epoch 0, step 0 .* features are not finite/,
    );
  });

  test('a training that diverges', async () => {
    const training = trainInternalClassifiers(toyOptions(kernels, { recipe: { learningRate: 1e38, batchSize: 32 } }));
    await expect(training).rejects.toThrow(/at cut 0 .* epoch 0, step [12] .*lower the learning rate/);
  });

  test('a backbone that returns too little', async () => {
    const good = toyBackbone(toyVariants()[0]!.heads);
    const backbone = {
      ...good,
      runSegment: async (...call: Parameters<typeof good.runSegment>) => ({
        ...(await good.runSegment(...call)),
        boundary: [],
      }),
    };
    await expect(trainInternalClassifiers(toyOptions(kernels, { backbone }))).rejects.toThrow(
      /Expected 16 rows .* of segment 0/,
    );
  });
});
