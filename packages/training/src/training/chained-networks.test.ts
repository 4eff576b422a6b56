// Networks of a chain, trained one after the other: the first IC of the second recycles the logits in which the first
// ends.

import { InvalidInputError, memoryBlobStore } from '@ztw/core';
import type { MathKernels } from '@ztw/core/runtime';
import { executeHead, pooledHead } from '@ztw/heads';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelsOn } from '../__fixtures__/kernels-on.ts';
import { essence, toyOptions } from '../__fixtures__/toy-options.ts';
import { toyBackbone, toyClasses, toyVariants } from '../__fixtures__/toy-task.ts';
import { trainInternalClassifiers } from './train-internal-classifiers.ts';
import type { HeadVariant, NetworkLogits, TrainOptions, TrainResult } from './train-options.ts';

let kernels: MathKernels;
let first: TrainResult;
let previousNetwork: NetworkLogits;

/** As `toyVariants`, but the first IC of `ztw` has a cascade too. */
const behind: readonly HeadVariant[] = toyVariants().map(({ name, heads }) => {
  const cascade = name === 'ztw';
  return {
    name,
    heads: [pooledHead({ inputShape: [6, 8, 8], classes: toyClasses, cascade, poolSize: 4 }), ...heads.slice(1)],
  };
});

const second = (overrides: Partial<TrainOptions> = {}): TrainOptions =>
  toyOptions(kernels, { variants: behind, previousNetwork, ...overrides });

beforeAll(async () => {
  kernels = await kernelsOn('wasm');
  first = await trainInternalClassifiers(toyOptions(kernels, { wantNetworkLogits: true }));
  previousNetwork = first.networkLogits as NetworkLogits;
});

describe('the logits of a network', () => {
  test('are given on all copies of the training rows, and change nothing else', async () => {
    const { data, backbone, heldOut } = toyOptions(kernels);
    expect(previousNetwork.training).toHaveLength(data.rows * data.copies * toyClasses);
    expect(previousNetwork.heldOut).toEqual(first.variants[0]?.heldOutLogits.at(-1));
    expect(previousNetwork.heldOut).toHaveLength((heldOut?.rows ?? 0) * toyClasses);
    const rows = Int32Array.of(3, 77, 149);
    for (const copy of [0, 1]) {
      let features = [await data.read(rows, copy)] as Parameters<typeof backbone.runSegment>[1];
      for (const segment of [0, 1]) features = (await backbone.runSegment(segment, features, rows.length)).boundary;
      const { logits } = await backbone.runSegment(2, features, rows.length);
      rows.forEach((row, index) => {
        const at = (copy * data.rows + row) * toyClasses;
        expect(previousNetwork.training.slice(at, at + toyClasses)).toEqual(
          logits?.slice(index * toyClasses, (index + 1) * toyClasses),
        );
      });
    }
    const plain = await trainInternalClassifiers(toyOptions(kernels));
    expect(plain.networkLogits).toBeNull();
    expect(essence(plain)).toEqual(essence(first));
  });

  test('are there after a resume from the end', async () => {
    const checkpoints = memoryBlobStore();
    await trainInternalClassifiers(toyOptions(kernels, { wantNetworkLogits: true, checkpoints }));
    const again = await trainInternalClassifiers(toyOptions(kernels, { wantNetworkLogits: true, checkpoints }));
    expect(again.networkLogits).toEqual(previousNetwork);
  });
});

describe('the first IC behind a network', () => {
  test('recycles its logits, and learns from them', async () => {
    const { variants } = await trainInternalClassifiers(second());
    const [ztw, sdn] = variants;
    const head = ztw!.heads[0]!;
    const { heldOut } = second();
    const rows = Int32Array.from({ length: heldOut!.rows }, (_, row) => row);
    const { boundary } = await toyBackbone(behind[0]!.heads, { precision: 'float32' }).runSegment(
      0,
      [await heldOut!.read(rows)],
      rows.length,
    );
    const expected = executeHead(head, boundary[0] as Float32Array, rows.length, previousNetwork.heldOut);
    ztw!.heldOutLogits[0]!.forEach((logit, index) => {
      // The trainer's features are rounded to float16.
      expect(Math.abs(logit - expected[index]!)).toBeLessThan(0.02 * (1 + Math.abs(logit)));
    });
    // Without the cascade nothing differs from a network that stands alone.
    expect(sdn?.heads).toEqual(first.variants[1]?.heads);
  });

  test('goes on after a kill with the same result', async () => {
    const uninterrupted = essence(await trainInternalClassifiers(second()));
    for (const stopAt of [2, 9]) {
      const checkpoints = memoryBlobStore();
      const controller = new AbortController();
      let events = 0;
      const onProgress = ({ kind }: { readonly kind: string }) => {
        if (kind === 'checkpoint' && ++events === stopAt) controller.abort();
      };
      const killed = trainInternalClassifiers(second({ checkpoints, onProgress, signal: controller.signal }));
      await expect(killed).rejects.toThrow('stopped');
      expect(essence(await trainInternalClassifiers(second({ checkpoints })))).toEqual(uninterrupted);
    }
  });

  test('does not go on from checkpoints behind another network', async () => {
    const checkpoints = memoryBlobStore();
    await trainInternalClassifiers(second({ checkpoints }));
    const other = { ...previousNetwork, training: previousNetwork.training.map((logit) => logit + 1) };
    await expect(trainInternalClassifiers(second({ checkpoints, previousNetwork: other }))).rejects.toThrow(
      /previousNetwork\.training/,
    );
  });

  test.each([
    ['with nothing before it', { previousNetwork: null }, /no previous IC/],
    [
      'with logits of other rows',
      { previousNetwork: { training: new Float32Array(8), heldOut: new Float32Array(240) } },
      /300 x 4 logits of the previous network \(training\); received 8/,
    ],
  ])('is refused %s', async (_name, overrides, message) => {
    const training = trainInternalClassifiers(second(overrides));
    await expect(training).rejects.toThrow(InvalidInputError);
    await expect(training).rejects.toThrow(message);
  });
});
