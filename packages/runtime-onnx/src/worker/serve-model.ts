// The worker's side: loads the bundle that it receives, and performs tasks on its model.
//
//   import * as ort from 'onnxruntime-web';
//   import { serveModel } from '@ztw/runtime-onnx/worker';
//   serveModel({ ort, port: self });

import { InvalidInputError, RuntimeFailureError, type StagedModel, ZtwError } from '@ztw/core';
import { type MessageEndpoint, onMessage, packError } from '@ztw/core/runtime';
import { loadBundle } from '../bundle/load-bundle.ts';
import type { OnnxRuntime } from '../ort/onnx-runtime.ts';
import type { BundleContent, ModelDescription, RemoteStageOutput, WorkerReply, WorkerTask } from './messages.ts';
import { callOf, readTask } from './read-message.ts';

export interface ServeModelOptions {
  readonly ort: OnnxRuntime;
  /** `self` in a browser's worker; `parentPort` of `node:worker_threads` in Node, which is null outside a worker. */
  readonly port: MessageEndpoint | null;
}

/**
 * Lets `loadBundleInWorker` on the other side of the port load a bundle here and run it.
 * @throws InvalidInputError where the port is null, because the script was not started as a worker.
 */
export function serveModel({ ort, port }: ServeModelOptions): void {
  if (port === null) {
    throw new InvalidInputError('Expected a port to the page; received null. Start this script as a worker.', {
      expected: 'a port',
      received: null,
      path: 'port',
    });
  }
  const served = new ServedModel(ort);
  onMessage(port, async (message) => {
    const call = callOf(message);
    // The message is not for this model.
    if (call === null) return;
    port.postMessage(await answer(served, call, message), []);
  });
}

async function answer(served: ServedModel, call: number, message: unknown): Promise<WorkerReply> {
  try {
    return { call, value: await served.perform(readTask(message)) };
  } catch (error) {
    const typed = ZtwError.isInstance(error)
      ? error
      : new RuntimeFailureError(`The worker failed: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
    return { call, error: packError(typed) };
  }
}

class ServedModel {
  readonly #ort: OnnxRuntime;
  readonly #features = new Map<number, unknown>();
  #model: StagedModel | null = null;

  constructor(ort: OnnxRuntime) {
    this.#ort = ort;
  }

  /** @returns the result of the task, as plain data. */
  async perform(task: WorkerTask): Promise<ModelDescription | RemoteStageOutput | null> {
    switch (task.kind) {
      case 'open':
        return this.#open(task.content);
      case 'load':
        this.#features.set(task.result, await this.#opened().load(task.input));
        return null;
      case 'run-stage': {
        const { stageIndex, features, previousLogits, result } = task;
        const output = await this.#opened().runStage(stageIndex, this.#take(features), previousLogits);
        if (output.features !== null) this.#features.set(result, output.features);
        // Copied, because a message carries the whole buffer of a view.
        return { logits: output.logits.slice(), hasFeatures: output.features !== null };
      }
      case 'keep-rows':
        this.#features.set(task.result, await this.#opened().keepRows(this.#take(task.features), task.kept));
        return null;
      case 'concat-rows': {
        const model = this.#opened();
        const joined = await model.concatRows?.(task.parts.map((part) => this.#take(part)));
        if (joined !== undefined) this.#features.set(task.result, joined);
        return null;
      }
      case 'release':
        if (this.#features.has(task.features)) this.#opened().release(this.#take(task.features));
        return null;
      case 'dispose':
        await this.#model?.[Symbol.asyncDispose]();
        return null;
    }
  }

  async #open({ manifest, files, ...settings }: BundleContent): Promise<ModelDescription> {
    if (this.#model !== null) {
      throw new InvalidInputError(
        'Expected a worker without a bundle; this worker has loaded a bundle already. Start another worker.',
      );
    }
    const file = async (path: string) => {
      const bytes = files.get(path);
      if (bytes === undefined) {
        throw new InvalidInputError(
          `Expected the file "${path}" with the task "open"; received none. Send all files of the stages.`,
          { expected: path, path: 'content.files' },
        );
      }
      return bytes;
    };
    const { model } = await loadBundle({ ...settings, ort: this.#ort, bundle: { manifest, file } });
    this.#model = model;
    const { name, supports, classes, labels, inputs, stages, backboneMacs } = model;
    return { name, supports, classes, labels, inputs, stages, backboneMacs };
  }

  #opened(): StagedModel {
    if (this.#model === null) {
      throw new InvalidInputError(
        'Expected a worker with a bundle; this worker has not loaded a bundle yet. Send the task "open" first.',
      );
    }
    return this.#model;
  }

  #take(number: number): unknown {
    const features = this.#features.get(number);
    if (features === undefined) {
      throw new InvalidInputError(
        'Expected features that the worker holds; received some that were consumed or released before. ' +
          'Use those that the last runStage or keepRows returned.',
        { received: number, path: 'features' },
      );
    }
    this.#features.delete(number);
    return features;
  }
}
