// The worker's side: opens the networks that it is sent, and performs tasks on them.

import { InvalidInputError, RuntimeFailureError, type StagedModel, ZtwError } from '@ztw/core';
import { type MessageEndpoint, onMessage, packError, unpackError } from '@ztw/core/runtime';
import type { ArrivingNetwork, ClassifierRuntime } from '../load/classifier-runtime.ts';
import {
  type NetworkDescription,
  readyMessage,
  type WorkerGreeting,
  type WorkerReply,
  type WorkerTask,
} from './messages.ts';
import { callOf, readTask } from './read-message.ts';

export interface ServeRuntimeOptions {
  /** Makes the runtime, of the settings that the other side sends. */
  readonly runtime: (settings: object) => ClassifierRuntime;
  /** `self` in a browser's worker; `parentPort` of `node:worker_threads` in Node, which is null outside a worker. */
  readonly port: MessageEndpoint | null;
  /** Makes a row of an image. Default: the worker does not. */
  readonly prepareImage?: (image: unknown, settings: object) => Promise<Float32Array>;
}

/**
 * Lets `connectWorker` on the other side of the port run networks here.
 * @throws InvalidInputError where the port is null, because the script was not started as a worker.
 */
export function serveRuntime({ port, ...options }: ServeRuntimeOptions): void {
  if (port === null) {
    throw new InvalidInputError('Expected a port to the page; received null. Start this script as a worker.', {
      expected: 'a port',
      received: null,
      path: 'port',
    });
  }
  const served = new ServedRuntime(options);
  onMessage(port, async (message) => {
    const call = callOf(message);
    // The message is not for this runtime.
    if (call === null) return;
    const reply = await answer(served, call, message);
    port.postMessage(reply, 'value' in reply && reply.value instanceof Float32Array ? [ownBuffer(reply.value)] : []);
  });
  // A browser drops messages that came while the script was waiting for something. The other side greets again.
  port.postMessage(readyMessage, []);
}

/** Rows that were made here belong to nobody else, so they are moved. */
function ownBuffer({ buffer }: Float32Array): ArrayBuffer {
  return buffer as ArrayBuffer;
}

async function answer(served: ServedRuntime, call: number, message: unknown): Promise<WorkerReply> {
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

/** A network in the worker, and the files that it has received or waits for. */
interface ServedNetwork extends ArrivingNetwork {
  readonly files: ExpectedFiles;
}

class ServedRuntime {
  readonly #options: Omit<ServeRuntimeOptions, 'port'>;
  readonly #features = new Map<number, unknown>();
  readonly #networks = new Map<number, ServedNetwork>();
  #runtime: ClassifierRuntime | null = null;
  /** Who has greeted. */
  #caller: number | null = null;

  constructor(options: Omit<ServeRuntimeOptions, 'port'>) {
    this.#options = options;
  }

  /** @returns the result of the task, as plain data. */
  async perform(task: WorkerTask): Promise<unknown> {
    switch (task.kind) {
      case 'greet':
        return this.#greet(task.caller, task.settings);
      case 'start':
        await this.#greeted().start();
        return null;
      case 'open':
        this.#open(task.network, task.description);
        return null;
      case 'file':
        this.#opened(task.network).files.receive(task.path, task.bytes);
        return null;
      case 'lost-file':
        this.#opened(task.network).files.lose(task.path, unpackError(task.error));
        return null;
      case 'await-stage':
        await this.#opened(task.network).stages[task.stageIndex];
        return null;
      case 'load':
        this.#features.set(task.result, await this.#model(task.network).load(task.input));
        return null;
      case 'run-stage': {
        const { network, stageIndex, features, previousLogits, result } = task;
        const output = await this.#model(network).runStage(stageIndex, this.#take(features), previousLogits);
        if (output.features !== null) this.#features.set(result, output.features);
        // Copied, because a message carries the whole buffer of a view.
        return { logits: output.logits.slice(), hasFeatures: output.features !== null };
      }
      case 'keep-rows':
        this.#features.set(task.result, await this.#model(task.network).keepRows(this.#take(task.features), task.kept));
        return null;
      case 'concat-rows': {
        const model = this.#model(task.network);
        const joined = await model.concatRows?.(task.parts.map((part) => this.#take(part)));
        if (joined !== undefined) this.#features.set(task.result, joined);
        return null;
      }
      case 'release':
        if (this.#features.has(task.features)) this.#model(task.network).release(this.#take(task.features));
        return null;
      case 'close': {
        const network = this.#networks.get(task.network);
        network?.files.loseAll(new RuntimeFailureError('The network was disposed before all of its files arrived.'));
        await network?.model[Symbol.asyncDispose]();
        return null;
      }
      case 'prepare-image': {
        const { prepareImage } = this.#options;
        if (prepareImage === undefined) {
          throw new InvalidInputError(
            'Expected a worker that prepares images; this worker prepares no images. Prepare them on the page.',
          );
        }
        return prepareImage(task.image, task.settings);
      }
    }
  }

  /** A greeting that arrives twice is one greeting. */
  #greet(caller: number, settings: object): WorkerGreeting {
    if (this.#runtime !== null && caller !== this.#caller) {
      throw new InvalidInputError(
        'Expected a worker without a bundle; this worker has loaded a bundle already. Start another worker.',
      );
    }
    this.#caller = caller;
    this.#runtime ??= this.#options.runtime(settings);
    const { name, reads, supports } = this.#runtime;
    return { name, reads, supports, preparesImages: this.#options.prepareImage !== undefined };
  }

  #open(number: number, description: NetworkDescription): void {
    const files = new ExpectedFiles();
    const network = this.#greeted().openNetwork({ ...description, readFile: (path) => files.read(path) });
    this.#networks.set(number, { ...network, files });
  }

  #greeted(): ClassifierRuntime {
    if (this.#runtime === null) {
      throw new InvalidInputError(
        'Expected the task "greet" first; the worker was not greeted yet. Use connectWorker.',
      );
    }
    return this.#runtime;
  }

  #opened(number: number): ServedNetwork {
    const network = this.#networks.get(number);
    if (network === undefined) {
      throw new InvalidInputError(
        'Expected a network that the task "open" has opened; the worker has not loaded a bundle yet, or another one.',
        { received: number, path: 'task.network' },
      );
    }
    return network;
  }

  #model(number: number): StagedModel {
    return this.#opened(number).model;
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

interface ExpectedFile {
  readonly arrival: Promise<Uint8Array>;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Files of a network that were asked for, or arrived before that. */
class ExpectedFiles {
  readonly #files = new Map<string, ExpectedFile>();

  read(path: string): Promise<Uint8Array> {
    return this.#file(path).arrival;
  }

  receive(path: string, bytes: Uint8Array): void {
    this.#file(path).resolve(bytes);
  }

  lose(path: string, error: unknown): void {
    this.#file(path).reject(error);
  }

  loseAll(error: unknown): void {
    for (const { reject } of this.#files.values()) reject(error);
  }

  #file(path: string): ExpectedFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    let settle = {} as Pick<ExpectedFile, 'resolve' | 'reject'>;
    const arrival = new Promise<Uint8Array>((resolve, reject) => {
      settle = { resolve, reject };
    });
    arrival.catch(() => undefined);
    const file = { arrival, ...settle };
    this.#files.set(path, file);
    return file;
  }
}
