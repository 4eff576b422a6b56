// Wrong uses from plain JavaScript, where no compiler helps. Each gets a sentence that says what to do.

import { allOf, confidenceThreshold, never, ZtwError } from '@ztw/core';
import { onnx } from '@ztw/runtime-onnx';
import { tfjs } from '@ztw/runtime-tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fashionBundle, stripedImages } from '../test/support/fashion-bundle.ts';
import { ort, runtimes, tf } from '../test/support/runtimes.ts';
import { type Classifier, loadClassifier } from './node.ts';

// biome-ignore lint/suspicious/noExplicitAny: what JavaScript would pass
type Anything = any;

const load = loadClassifier as (...values: Anything[]) => Promise<Classifier>;
const runtime = runtimes[0]!.runtime;
const image = stripedImages(1)[0]!;
let read: (path: string) => Promise<Uint8Array>;
let classifier: Anything;

beforeAll(async () => {
  const files = await fashionBundle(ort);
  read = async (path) => files.get(path)!;
  classifier = await load(read, runtime);
});

/** What is done, and the message that it gets. */
const table: readonly (readonly [string, () => unknown, string])[] = [
  [
    'loadClassifier()',
    () => load(),
    "Expected a runtime as the second argument, onnx(ort) or tfjs(tf); received undefined. import { onnx } from '@ztw/runtime-onnx', and pass onnx(ort).",
  ],
  [
    'loadClassifier(undefined, runtime)',
    () => load(undefined, runtime),
    "Expected a bundle: its address ('/bundle/'), its folder (in Node), a single file, or a function that reads its files; received undefined. Pass the address first: loadClassifier(source, runtime).",
  ],
  [
    'a model in the place of a bundle',
    () => load({ predict: () => undefined }, runtime),
    "Expected a bundle: its address ('/bundle/'), its folder (in Node), a single file, or a function that reads its files; received an object with predict. A model is no bundle: make one with ztw train.",
  ],
  [
    'what loadBundle returned in the place of a bundle',
    () => load({ model: {}, manifest: {} }, runtime),
    "Expected a bundle: its address ('/bundle/'), its folder (in Node), a single file, or a function that reads its files; received an object with model, manifest. Pass where the bundle is, not what was loaded from it: loadClassifier reads it itself.",
  ],
  [
    'a folder that does not exist',
    () => load('/no/such/folder', runtime),
    'Expected the folder or file of a bundle; received /no/such/folder, which does not exist.',
  ],
  [
    'a reader that returns a Response',
    () => load(async () => new Response(''), runtime),
    'manifest.json: the file is missing or cannot be read (Expected the bytes of manifest.json from the reader, as a Uint8Array or an ArrayBuffer; received Response. With fetch, return response.arrayBuffer().).',
  ],
  [
    'ort without onnx(...)',
    () => load(read, ort),
    "Expected a runtime as the second argument, onnx(ort) or tfjs(tf); received a Module. Wrap it: import { onnx } from '@ztw/runtime-onnx', and pass onnx(ort).",
  ],
  [
    'tf without tfjs(...)',
    () => load(read, tf),
    "Expected a runtime as the second argument, onnx(ort) or tfjs(tf); received a Module. Wrap it: import { tfjs } from '@ztw/runtime-tfjs', and pass tfjs(tf).",
  ],
  [
    'onnx without a call',
    () => load(read, onnx),
    'Expected a runtime as the second argument, onnx(ort) or tfjs(tf); received a Function. Call it with the module: onnx(...).',
  ],
  [
    'onnx()',
    () => (onnx as Anything)(),
    "Expected the module of ONNX Runtime in onnx(ort); received undefined. Import it as a whole: import * as ort from 'onnxruntime-web/wasm' (or 'onnxruntime-node').",
  ],
  [
    'tfjs() of a default import that is empty',
    () => (tfjs as Anything)({}),
    "Expected the module of TensorFlow.js in tfjs(tf); received another value. Import it as a whole: import * as tf from '@tensorflow/tfjs-core'.",
  ],
  [
    'a misspelt option of loading',
    () => load(read, runtime, { onprogress: () => undefined }),
    'Expected one of the options onProgress, signal, cache, progressive, integrity, resize, worker, workerStartMilliseconds as onprogress; received onprogress. Correct its name, or leave it out.',
  ],
  [
    'a Worker in the place of a function that makes one',
    () => load(read, runtime, { worker: { postMessage: () => undefined } }),
    'Expected a function that makes a Worker as worker; received an object with postMessage. Pass () => new Worker(...).',
  ],
  [
    'a controller in the place of its signal',
    () => load(read, runtime, { signal: new AbortController() }),
    'Expected an AbortSignal as signal; received an AbortController. Pass controller.signal.',
  ],
  [
    'classify()',
    () => classifier.classify(),
    'Expected the path of an image, its bytes (JPEG, PNG or WebP), a Blob, or pixels { data, width, height, channels }; received undefined.',
  ],
  [
    'a promise of an image',
    () => classifier.classify(Promise.resolve(image)),
    'Expected the path of an image, its bytes (JPEG, PNG or WebP), a Blob, or pixels { data, width, height, channels }; received a Promise. Await it first.',
  ],
  [
    'values of another length than a row',
    () => classifier.classify(new Float32Array(3)),
    'Expected 784 values in a row; received 3. Pass several rows as { data, rows }.',
  ],
  [
    'pixels that are already normalised',
    () => classifier.classify({ ...image, data: new Float32Array(784) }),
    'Expected pixels of 8 bits, in a Uint8Array or Uint8ClampedArray; received another value. Pass normalised values as rows: { data, rows }.',
  ],
  [
    'a policy in the place of options',
    () => classifier.classify(image, confidenceThreshold(0.9)),
    'Expected an object as options; received an exit policy. Pass it by its name: { policy }.',
  ],
  [
    'a budget in the place of options',
    () => classifier.classify(image, 0.5),
    'Expected an object as options; received 0.5. Pass it by its name: { budget: 0.5 }.',
  ],
  [
    'a budget as text',
    () => classifier.classify(image, { budget: '0.5' }),
    "Expected a fraction of the full network above 0, or { milliseconds } as budget; received '0.5'. Pass 0.5 for half of the work.",
  ],
  [
    'a budget below all operating points',
    () => classifier.classify(image, { budget: 0.01 }),
    'The bundle was calibrated for the budgets 0.5, 1, all above 0.01. Choose one of them, or an exit policy without a budget.',
  ],
  [
    'a threshold in percent',
    () => classifier.classify(image, { threshold: 90 }),
    'Expected a probability from 0 to 1, or one per exit as threshold; received 90. Pass 0.9 to leave with 90 % confidence.',
  ],
  [
    'a budget and a threshold',
    () => classifier.classify(image, { budget: 0.5, threshold: 0.9 }),
    'Expected one of budget, threshold, policy as budget and threshold; received budget and threshold. Leave the others out.',
  ],
  [
    'the name of a policy in the place of one',
    () => classifier.classify(image, { policy: 'patience' }),
    "Expected an exit policy as policy; received 'patience'. Make one with confidenceThreshold(0.9) or patience(2) of @ztw/core.",
  ],
  [
    'a misspelt option',
    () => classifier.classify(image, { buget: 0.5 }),
    'Expected one of the options budget, threshold, policy, maxMilliseconds, top, signal, resize as buget; received buget. Correct its name, or leave it out.',
  ],
  [
    'no classes to rank',
    () => classifier.classify(image, { top: 0 }),
    'Expected a whole number from 1 on as top; received 0. It is the number of classes to rank.',
  ],
  [
    'a fit of another library',
    () => classifier.classify(image, { resize: 'fill' }),
    "Expected 'stretch', 'cover', 'contain', 'none' as resize; received 'fill'. Choose one of them.",
  ],
  [
    'refine of a list',
    () => classifier.refine([image]).next(),
    'Expected a single image or row as input; received an Array. Call refine for each input, or use classify.',
  ],
  [
    'stream of a single image',
    () => classifier.stream(image).next(),
    'Expected a sequence of images, such as an async generator or an array as inputs; received an object with data, width, height, channels. Use classify for a single image.',
  ],
  [
    'explain of a promise',
    () => classifier.explain(classifier.classify(image)),
    'Expected a result of classify or refine; received a Promise. Await the call first: explain(await classifier.classify(image)).',
  ],
];

describe('wrong use from plain JavaScript', () => {
  test.each(table)('%s', async (_name, use, message) => {
    const error = await (async () => use())().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(ZtwError.isInstance(error)).toBe(true);
    expect((error as Error).message).toBe(message);
  });

  test('right uses that look similar are accepted', async () => {
    expect(await classifier.classify([image], { policy: allOf(never(), confidenceThreshold(0.5)) })).toHaveLength(1);
    expect(
      await classifier.classify(image, { budget: undefined, threshold: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5] }),
    ).toBeTypeOf('object');
  });
});
