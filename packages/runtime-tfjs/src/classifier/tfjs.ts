// TensorFlow.js as a value, for `loadClassifier` of the package `ztw`.

import type { ClassifierRuntime } from '@ztw/bundle';
import { InvalidInputError, RuntimeFailureError } from '@ztw/core';
import { openNetwork } from '../inference/load-network.ts';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { tensorflowSupport } from '../inference/tf-staged-model.ts';

/** The part of TensorFlow.js that a classifier uses: `@tensorflow/tfjs-core`, or `@tensorflow/tfjs`. */
export type TensorflowModule = TensorflowInference & Pick<typeof import('@tensorflow/tfjs-core'), 'ready'>;

/**
 * TensorFlow.js as a way to run classifiers.
 * @param tf The whole module, with a backend imported: `import '@tensorflow/tfjs-backend-wasm'`. The backend that is set
 *   when the classifier is loaded runs it.
 * @throws InvalidInputError for anything else.
 *
 * @example
 * const classifier = await loadClassifier('/bundle/', tfjs(tf));
 */
export function tfjs(tf: TensorflowModule): ClassifierRuntime {
  checkModule(tf);
  const start = (): Promise<void> => startBackend(tf);
  return {
    specificationVersion: 'v1',
    name: 'tensorflow.js',
    reads: 'program',
    supports: tensorflowSupport,
    start,
    openNetwork(source) {
      // Weights can be uploaded only to a backend that has started.
      const readFile = async (path: string): Promise<Uint8Array> => {
        const [bytes] = await Promise.all([source.readFile(path), start()]);
        return bytes;
      };
      return openNetwork({ tf, ...source, readFile });
    },
  };
}

async function startBackend(tf: TensorflowModule): Promise<void> {
  try {
    await tf.ready();
  } catch (cause) {
    throw new RuntimeFailureError(
      `Expected a backend of TensorFlow.js that starts here; received none (${cause instanceof Error ? cause.message : cause}). ` +
        "Import one before loading: import '@tensorflow/tfjs-backend-wasm'.",
      { cause, expected: 'a backend', path: 'tf' },
    );
  }
}

function checkModule(tf: unknown): asserts tf is TensorflowModule {
  const { engine, ready, tensor } = (tf ?? {}) as Partial<TensorflowModule>;
  if ([engine, ready, tensor].every((member) => typeof member === 'function')) return;
  const received = tf === null || tf === undefined ? String(tf) : 'another value';
  throw new InvalidInputError(
    `Expected the module of TensorFlow.js in tfjs(tf); received ${received}. ` +
      "Import it as a whole: import * as tf from '@tensorflow/tfjs-core'.",
    { expected: 'the module of TensorFlow.js', received, path: 'tf' },
  );
}
