// What runs inside the browser: a page whose worker trains heads for new classes, and that then classifies with them itself.

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { runAllExits } from '@ztw/core';
import { loadHeads, readLayersModel, saveHeads, stageNetwork } from '@ztw/runtime-tfjs';
import { accuracyOf } from '../../../runtime-tfjs/src/__fixtures__/accuracy-of.ts';
import { stripeClasses, stripedImages } from '../../../runtime-tfjs/src/__fixtures__/striped-images.ts';
import { smallLayersModel } from '../../../runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { indexedDbBlobStore, type NewClassesJob, type NewClassesResult } from '../../src/index.ts';
import { trainInWorker } from '../../src/worker/index.ts';
import { longestBlockDuring } from './longest-block.ts';

const job: NewClassesJob = { classes: stripeClasses, training: stripedImages(300, 12, 1) };
const heldOut = stripedImages(150, 12, 2);

function startWorker(): Worker {
  return new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' });
}

function tensorsIn(worker: Worker): Promise<number> {
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }) => resolve(data as number), { once: true });
    worker.postMessage('tensors');
  });
}

/** In the page, with heads that were put away and fetched again. */
async function accuracyHere(trained: NewClassesResult): Promise<number> {
  const network = readLayersModel({ tf, model: smallLayersModel() });
  const store = indexedDbBlobStore('heads');
  await store.put('mine', saveHeads(network, trained));
  const heads = loadHeads(network, (await store.get('mine')) as Uint8Array);
  const model = stageNetwork({ tf, network, ...heads });
  const exits = await runAllExits(model, { data: heldOut.rows, rows: heldOut.labels.length });
  await model[Symbol.asyncDispose]();
  return accuracyOf(exits.at(-1) as Float32Array, heldOut.labels, stripeClasses.length);
}

/** What the page offers to the test; all results are plain data, for the test to judge. */
export interface TrainingPage {
  train(): Promise<{
    readonly accuracy: number;
    readonly fractions: readonly number[];
    readonly etas: readonly number[];
    readonly longestBlock: number;
    readonly milliseconds: number;
    readonly tensorsLeft: number;
  }>;
  /** One worker is stopped, and the next one goes on from what it left in IndexedDB. */
  interrupt(): Promise<{ readonly outcomes: readonly string[]; readonly resumed: boolean }>;
  fail(): Promise<unknown>;
  store(): Promise<unknown>;
}

const trainingPage: TrainingPage = {
  async train() {
    setWasmPaths('/tensorflow-wasm/');
    await tf.setBackend('wasm');
    const worker = startWorker();
    // The first training also loads the network.
    await trainInWorker({ worker, job: { ...job, recipe: { epochs: 1 } } });
    const before = await tensorsIn(worker);
    const fractions: number[] = [];
    const etas: number[] = [];
    const start = performance.now();
    const { value: trained, longestBlock } = await longestBlockDuring(() =>
      trainInWorker({
        worker,
        job: { ...job, recipe: { epochs: 150 } },
        onProgress: ({ fraction, etaSeconds }) => {
          fractions.push(fraction);
          etas.push(etaSeconds);
        },
      }),
    );
    const milliseconds = performance.now() - start;
    const tensorsLeft = (await tensorsIn(worker)) - before;
    worker.terminate();
    const accuracy = await accuracyHere(trained);
    return { accuracy, fractions, etas, longestBlock, milliseconds, tensorsLeft };
  },

  async interrupt() {
    const endless = { ...job, recipe: { epochs: 100_000 } };
    const outcomes: string[] = [];
    const kinds: string[] = [];
    for (const wanted of ['step', 'resumed']) {
      const worker = startWorker();
      const aborting = new AbortController();
      const training = trainInWorker({
        worker,
        job: endless,
        signal: aborting.signal,
        onProgress: ({ kind }) => {
          kinds.push(kind);
          if (kind === wanted) aborting.abort();
        },
      });
      outcomes.push(await training.then(String, ({ name }: Error) => name));
      worker.terminate();
    }
    return { outcomes, resumed: kinds.includes('resumed') };
  },

  async fail() {
    const worker = startWorker();
    const wrong = trainInWorker({ worker, job: { ...job, classes: ['cat', 'dog'] } });
    const error = await wrong.then(String, ({ name, message }: Error) => ({ name, message }));
    worker.terminate();
    return error;
  },

  async store() {
    const store = indexedDbBlobStore('blobs');
    await store.put('a/2', Uint8Array.of(1, 2, 3, 4).subarray(1));
    await store.put('a/1', Uint8Array.of(5));
    await store.put('b', Uint8Array.of(6));
    const part = new Uint8Array(2);
    await store.readInto('a/2', 1, part);
    await store.delete('b');
    return {
      whole: [...((await store.get('a/2')) ?? [])],
      part: [...part],
      names: [await store.list('a/'), await store.list('')],
      missing: await store.get('b'),
      tooFar: await Promise.resolve(store.readInto('a/1', 0, part)).then(String, ({ name }: Error) => name),
    };
  },
};

Object.assign(globalThis, { trainingPage });
