import { AbortedError, type BlobStore, InvalidInputError, memoryBlobStore, StorageError } from '@ztw/core';
import type { MathKernels } from '@ztw/core/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelsOn } from '../__fixtures__/kernels-on.ts';
import { essence, toyOptions } from '../__fixtures__/toy-options.ts';
import { toyBackbone, toyData, toyHeldOut, toyVariants, wholeMapVariants } from '../__fixtures__/toy-task.ts';
import { trainInternalClassifiers } from './train-internal-classifiers.ts';
import type { TrainOptions } from './train-options.ts';
import type { TrainingProgress } from './training-progress.ts';

let kernels: MathKernels;
let uninterrupted: unknown;

/** A small job, because it is done many times here: two epochs of three steps at each of two cuts, with a teacher. */
function smallJob(overrides: Partial<TrainOptions> = {}): TrainOptions {
  return toyOptions(kernels, {
    data: toyData(40, 2, 3),
    heldOut: toyHeldOut(20),
    recipe: { epochs: 2, batchSize: 16, learningRate: 0.01, seed: 5, distillation: { weight: 0.5, temperature: 2 } },
    ...overrides,
  });
}

/** A store whose writes fail from the `count`-th on, before they are done or just after. */
function failingStore(store: BlobStore, count: number, when: 'before' | 'after'): BlobStore {
  let writes = 0;
  return {
    ...store,
    async put(name, bytes) {
      writes++;
      if (writes < count || when === 'after') {
        await store.put(name, bytes);
      }
      if (writes >= count) {
        throw new Error('no space left on device');
      }
    },
  };
}

beforeAll(async () => {
  kernels = await kernelsOn('wasm');
  uninterrupted = essence(await trainInternalClassifiers(smallJob()));
});

/** How features are stored: in one pass, recorded or not, and in several. */
const ways: readonly {
  readonly way: string;
  readonly recorded: boolean;
  readonly overrides?: () => Partial<TrainOptions>;
}[] = [
  { way: 'one pass', recorded: false },
  { way: 'one recorded pass', recorded: true },
  {
    way: 'several passes',
    recorded: false,
    overrides: () => ({
      variants: wholeMapVariants(),
      backbone: toyBackbone(wholeMapVariants()[0]!.heads),
      memoryLimit: 0,
    }),
  },
];

describe('a training that was stopped', () => {
  test.each(ways)(
    'goes on to the same bytes, wherever the signal fired: $way',
    async ({ recorded, overrides }) => {
      const expected =
        overrides === undefined ? uninterrupted : essence(await trainInternalClassifiers(smallJob(overrides())));
      const stores = () => ({ checkpoints: memoryBlobStore(), features: recorded ? memoryBlobStore() : null });
      let events = 0;
      await trainInternalClassifiers(smallJob({ ...overrides?.(), ...stores(), onProgress: () => events++ }));
      expect(events).toBeGreaterThan(25);
      for (let stop = 1; stop < events; stop += 3) {
        const { checkpoints, features } = stores();
        const controller = new AbortController();
        let seen = 0;
        const onProgress = (): void => {
          seen++;
          if (seen === stop) {
            controller.abort();
          }
        };
        const job = (options: Partial<TrainOptions>) =>
          smallJob({ ...overrides?.(), checkpoints, features, ...options });
        const first = trainInternalClassifiers(job({ onProgress, signal: controller.signal }));
        // A signal that fires when all work is done comes too late; the result is there then.
        await first.then(
          (result) => expect(essence(result)).toEqual(expected),
          (error) => expect(error).toBeInstanceOf(AbortedError),
        );
        const second = await trainInternalClassifiers(job({}));
        expect(essence(second), `stopped at event ${stop} of ${events}`).toEqual(expected);
        expect(await features?.list('')).toEqual(recorded ? [] : undefined);
      }
    },
    120_000,
  );

  test('computes no recorded row again', async () => {
    const { heads } = toyVariants()[0]!;
    const [checkpoints, features] = [memoryBlobStore(), memoryBlobStore()];
    const controller = new AbortController();
    const first = trainInternalClassifiers(
      smallJob({
        checkpoints,
        features,
        signal: controller.signal,
        onProgress: (event) => event.kind === 'features' && event.rowsDone === 72 && controller.abort(),
      }),
    );
    await expect(first).rejects.toThrow(AbortedError);
    const backbone = toyBackbone(heads);
    const events: TrainingProgress[] = [];
    const onProgress = (event: TrainingProgress) => events.push(event);
    const second = await trainInternalClassifiers(smallJob({ checkpoints, features, backbone, onProgress }));
    expect(essence(second)).toEqual(uninterrupted);
    // 100 rows in shards of 5: 70 of the 72 rows that were done are recorded, and their batch begins at row 56.
    expect(backbone.rowsThrough).toEqual([100 - 56, 100 - 56, 100 - 56]);
    expect(events.find(({ kind }) => kind === 'features')!.fraction).toBeGreaterThan(0.1);
  });

  test('computes features again whose record is damaged or gone', async () => {
    for (const harm of ['flip', 'delete'] as const) {
      const [checkpoints, features] = [memoryBlobStore(), memoryBlobStore()];
      const controller = new AbortController();
      const onProgress = (event: TrainingProgress) =>
        event.kind === 'step' && event.cut === 1 && event.epoch === 1 && controller.abort();
      const first = trainInternalClassifiers(
        smallJob({ checkpoints, features, onProgress, signal: controller.signal }),
      );
      await expect(first).rejects.toThrow(AbortedError);
      const last = (await features.list('')).at(-1)!;
      if (harm === 'delete') await features.delete(last);
      else
        await features.put(
          last,
          (await features.get(last))!.map((byte, index) => (index === 5 ? byte ^ 4 : byte)),
        );
      const backbone = toyBackbone(toyVariants()[0]!.heads);
      const second = await trainInternalClassifiers(smallJob({ checkpoints, features, backbone }));
      expect(essence(second)).toEqual(uninterrupted);
      expect(backbone.rowsThrough).toEqual([100, 100, 100]);
      expect(await features.list('')).toEqual([]);
    }
  });

  test('goes on after a change of the way in which features are stored', async () => {
    const all = [
      { memoryLimit: 0, features: null },
      { memoryLimit: 2 ** 30, features: memoryBlobStore() },
      { memoryLimit: 2 ** 30, features: null },
      { memoryLimit: 0, features: memoryBlobStore() },
    ];
    const job = (options: Partial<TrainOptions>) =>
      smallJob({ variants: wholeMapVariants(), backbone: toyBackbone(wholeMapVariants()[0]!.heads), ...options });
    const expected = essence(await trainInternalClassifiers(job({})));
    const checkpoints = memoryBlobStore();
    for (let attempt = 0; attempt < 200; attempt++) {
      const controller = new AbortController();
      let events = 0;
      // The number of events is no multiple of the ways, so that each way is stopped at different places.
      const onProgress = () => ++events === 3 + 5 * (attempt % 7) && controller.abort();
      const training = trainInternalClassifiers(
        job({ checkpoints, ...all[attempt % all.length]!, onProgress, signal: controller.signal }),
      );
      const result = await training.catch((error) => {
        expect(error).toBeInstanceOf(AbortedError);
      });
      if (result !== undefined) {
        expect(attempt).toBeGreaterThan(3);
        expect(essence(result)).toEqual(expected);
        return;
      }
    }
    expect.unreachable('each attempt should get further');
  }, 120_000);

  test('goes on to the same bytes, whichever write was the last', async () => {
    // The teacher, its state, three states and blobs per cut, and the end: every write of a checkpoint, done or not.
    // Both stores are one here, so that the writes of features count too.
    for (const when of ['before', 'after'] as const) {
      for (let count = 1; ; count++) {
        const store = memoryBlobStore();
        const failing = failingStore(store, count, when);
        const first = trainInternalClassifiers(smallJob({ checkpoints: failing, features: failing }));
        const finished = await first.then(
          () => true,
          (error) => {
            expect(error).toBeInstanceOf(StorageError);
            expect(error.cause).toEqual(new Error('no space left on device'));
            return false;
          },
        );
        if (finished) {
          expect(count).toBeGreaterThan(10);
          break;
        }
        const second = await trainInternalClassifiers(smallJob({ checkpoints: store, features: store }));
        expect(essence(second), `write ${count} failed ${when} it was done`).toEqual(uninterrupted);
      }
    }
  }, 120_000);

  test('can be stopped again and again', async () => {
    const checkpoints = memoryBlobStore();
    for (let attempt = 0; attempt < 200; attempt++) {
      const controller = new AbortController();
      let steps = 0;
      const onProgress = ({ kind }: { readonly kind: string }): void => {
        steps += kind === 'step' ? 1 : 0;
        if (steps >= 2) {
          controller.abort();
        }
      };
      try {
        const result = await trainInternalClassifiers(smallJob({ checkpoints, onProgress, signal: controller.signal }));
        expect(attempt).toBeGreaterThan(5);
        expect(essence(result)).toEqual(uninterrupted);
        return;
      } catch (error) {
        expect(error).toBeInstanceOf(AbortedError);
      }
    }
    expect.unreachable('two steps at a time should come to an end');
  }, 120_000);

  test('runs no segment again once all is done', async () => {
    const checkpoints = memoryBlobStore();
    await trainInternalClassifiers(smallJob({ checkpoints }));
    const backbone = toyBackbone(toyVariants()[0]!.heads);
    const fractions: number[] = [];
    const again = await trainInternalClassifiers(
      smallJob({ checkpoints, backbone, onProgress: ({ fraction }) => fractions.push(fraction) }),
    );
    expect(essence(again)).toEqual(uninterrupted);
    expect(backbone.rowsThrough).toEqual([0, 0, 0]);
    expect(again.backbonePasses).toBe(0);
    expect(fractions).toEqual([1]);
    expect(again.variants[0]!.stepMilliseconds).toEqual([null, null]);
  });

  test('says where it goes on, and how far the job is by then', async () => {
    const checkpoints = memoryBlobStore();
    const controller = new AbortController();
    const first = trainInternalClassifiers(
      smallJob({
        checkpoints,
        signal: controller.signal,
        onProgress: (event) => {
          if (event.kind === 'step' && event.cut === 1 && event.epoch === 1) {
            controller.abort();
          }
        },
      }),
    );
    await expect(first).rejects.toThrow(AbortedError);
    const events: unknown[] = [];
    await trainInternalClassifiers(smallJob({ checkpoints, onProgress: (event) => events.push(event) }));
    expect(events[0]).toMatchObject({ kind: 'resumed', cut: 1, epoch: 1, cuts: 2 });
    expect((events[0] as { fraction: number }).fraction).toBeGreaterThan(0.3);
  });
});

describe('a checkpoint', () => {
  const otherJobs: readonly [string, () => Partial<TrainOptions>, RegExp][] = [
    ['of another recipe', () => ({ recipe: { ...smallJob().recipe, epochs: 3 } }), /recipe\.epochs: 2 there, 3 here/],
    ['of other labels', () => ({ data: toyData(40, 2, 4) }), /data\.labels: .* there, .* here/],
    ['of fewer rows', () => ({ data: toyData(41, 2, 3) }), /data\.rows: 40 there, 41 here/],
    ['of other variants', () => ({ variants: [toyVariants()[0]!] }), /variants\.sdn: .* there, nothing here/],
    [
      'of other batches of the backbone',
      () => ({ backbone: toyBackbone(toyVariants()[0]!.heads, { preferredBatch: 8 }) }),
      /backbone\.preferredBatch: 16 there, 8 here/,
    ],
    ['of another network', () => ({ identity: 'other' }), /identity: "" there, "other" here/],
  ];

  test.each(otherJobs)('%s is refused, and kept', async (_, overrides, message) => {
    const checkpoints = memoryBlobStore();
    await trainInternalClassifiers(smallJob({ checkpoints }));
    const other = trainInternalClassifiers(smallJob({ ...overrides(), checkpoints }));
    await expect(other).rejects.toThrow(InvalidInputError);
    await expect(other).rejects.toThrow(message);
    expect(essence(await trainInternalClassifiers(smallJob({ checkpoints })))).toEqual(uninterrupted);
  });

  test('that is damaged is named', async () => {
    const checkpoints = memoryBlobStore();
    await trainInternalClassifiers(smallJob({ checkpoints }));
    const state = await checkpoints.get('training/cut-0001');
    await checkpoints.put('training/cut-0001', state!.subarray(0, state!.length - 1));
    const damaged = trainInternalClassifiers(smallJob({ checkpoints }));
    await expect(damaged).rejects.toThrow(StorageError);
    await expect(damaged).rejects.toThrow(/"training\/cut-0001" is damaged: its checksum differs, so it was cut short/);
    await checkpoints.delete('training/cut-0001');
    await expect(trainInternalClassifiers(smallJob({ checkpoints }))).rejects.toThrow(
      /"training\/cut-0001" is missing/,
    );
  });
});

describe('a full disk', () => {
  test('under the features ends the training, and leaves nothing in the scratch store', async () => {
    const scratch = memoryBlobStore();
    const training = trainInternalClassifiers(
      smallJob({ scratch: failingStore(scratch, 3, 'before'), memoryLimit: 0 }),
    );
    await expect(training).rejects.toThrow(StorageError);
    await expect(training).rejects.toThrow(/Could not write features\/.* Free space/);
    expect(await scratch.list('')).toEqual([]);
  });
});
