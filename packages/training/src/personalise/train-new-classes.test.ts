// New classes on a frozen LayersModel: they are learnt, and an interrupted training goes on as if it had not been.

import { memory } from '@tensorflow/tfjs-core';
import {
  AbortedError,
  type BlobStore,
  InvalidDataError,
  InvalidInputError,
  memoryBlobStore,
  runAllExits,
} from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { accuracyOf } from '../../../runtime-tfjs/src/__fixtures__/accuracy-of.ts';
import { tensorflowOn } from '../../../runtime-tfjs/src/__fixtures__/backends.ts';
import { stripeClasses, stripedImages } from '../../../runtime-tfjs/src/__fixtures__/striped-images.ts';
import { smallLayersModel } from '../../../runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { tensorflowKernels } from '../../../runtime-tfjs/src/kernels/tensorflow-kernels.ts';
import { readLayersModel } from '../../../runtime-tfjs/src/layers-model/read-layers-model.ts';
import { stageNetwork } from '../../../runtime-tfjs/src/network/stage-network.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import type { NewClassesJob } from './new-classes-job.ts';
import { trainNewClasses } from './train-new-classes.ts';

const tf = await tensorflowOn('wasm');
const kernels = tensorflowKernels(tf);
const network = readLayersModel({ tf, model: smallLayersModel() });
const training = stripedImages(90, 12, 1);
const heldOut = stripedImages(60, 12, 2);
const job: NewClassesJob = { classes: stripeClasses, training, heldOut };

test('learns classes that the network does not know', async () => {
  const before = memory().numTensors;
  const trained = await trainNewClasses({ kernels, network, job });
  expect(trained.cuts.map(({ name }) => name)).toEqual(['first', 'active', 'deep', 'separable']);
  expect(trained).toMatchObject({ newClasses: 3, labels: stripeClasses });

  const model = stageNetwork({ tf, network, ...trained });
  const exits = await runAllExits(model, { data: heldOut.rows, rows: heldOut.labels.length });
  await model[Symbol.asyncDispose]();
  // Chance is 1/3.
  expect(accuracyOf(exits.at(-1)!, heldOut.labels, 3)).toBeGreaterThan(0.8);
  expect(trained.heldOutLogits).toHaveLength(4);
  expect(accuracyOf(trained.heldOutLogits.at(-1)!, heldOut.labels, 3)).toBeGreaterThan(0.8);
  // Scalars that tfjs makes at its first use may stay.
  expect(memory().numTensors).toBeLessThanOrEqual(before + 2);
});

describe('interrupted', () => {
  const short: NewClassesJob = { ...job, heldOut: null, recipe: { epochs: 4 } };

  /** Stops at the start of the second cut's training. */
  async function interrupt(checkpoints: BlobStore, begun: NewClassesJob): Promise<void> {
    const aborting = new AbortController();
    const training = trainNewClasses({
      kernels,
      network,
      job: begun,
      checkpoints,
      signal: aborting.signal,
      onProgress: (event) => {
        if (event.kind === 'step' && event.cut === 1) aborting.abort();
      },
    });
    await expect(training).rejects.toThrow(AbortedError);
    expect(await checkpoints.list('')).not.toEqual([]);
  }

  async function finish(checkpoints: BlobStore, begun: NewClassesJob) {
    const events: TrainingProgress[] = [];
    const onProgress = (event: TrainingProgress) => void events.push(event);
    const { heads } = await trainNewClasses({ kernels, network, job: begun, checkpoints, onProgress });
    return { heads, resumed: events.some(({ kind }) => kind === 'resumed') };
  }

  test('goes on from its checkpoints and leaves none', async () => {
    const checkpoints = memoryBlobStore();
    await interrupt(checkpoints, short);
    const { heads, resumed } = await finish(checkpoints, short);
    expect(resumed).toBe(true);
    expect(heads).toEqual((await trainNewClasses({ kernels, network, job: short })).heads);
    expect(await checkpoints.list('')).toEqual([]);
  });

  test('begins anew where a row has changed', async () => {
    const checkpoints = memoryBlobStore();
    await interrupt(checkpoints, short);
    const rows = training.rows.slice();
    rows[0] = 0.5;
    const { resumed } = await finish(checkpoints, { ...short, training: { ...training, rows } });
    expect(resumed).toBe(false);
    expect(await checkpoints.list('')).toEqual([]);
  });
});

describe('says what is wrong', () => {
  test.each<[string, Partial<NewClassesJob>, RegExp, typeof InvalidDataError | typeof InvalidInputError]>([
    ['one class', { classes: ['cat'] }, /at least two classes; received 1/, InvalidDataError],
    [
      'rows of another size',
      { training: { rows: new Float32Array(10), labels: training.labels } },
      /90 training rows of \[3, 12, 12\].*38880 values; received 10/,
      InvalidDataError,
    ],
    ['a label without a class', { classes: ['cat', 'dog'] }, /labels in 0\.\.1.* label 2/, InvalidDataError],
    ['no such cut', { cuts: { kind: 'names', names: ['x'] } }, /cannot be cut at "x"/, InvalidInputError],
  ])('%s', async (_name, wrong, message, errorClass) => {
    const before = memory().numTensors;
    const training = trainNewClasses({ kernels, network, job: { ...job, ...wrong } });
    await expect(training).rejects.toThrow(errorClass);
    await expect(training).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});
