// Questions to a worker, and its answers.

import { onBreakdown, onMessage, RuntimeFailureError, unpackError, type WorkerThread } from '@ztw/core';
import type { WorkerReply, WorkerRequest, WorkerTask } from './messages.ts';
import { readReply } from './read-message.ts';

interface WaitingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerConnection {
  readonly #worker: WorkerThread;
  readonly #waiting = new Map<number, WaitingCall>();
  #calls = 0;
  #breakdown: RuntimeFailureError | null = null;

  constructor(worker: WorkerThread) {
    this.#worker = worker;
    onMessage(worker, (message) => this.#settle(readReply(message)));
    onBreakdown(worker, (cause) => this.#breakDown(cause));
  }

  /**
   * Has the worker do something.
   * @param transfer Buffers that are moved, not copied; they are empty here afterwards.
   * @returns what it replied with.
   * @throws whatever it threw over there; RuntimeFailureError when the worker breaks down before it answers.
   */
  perform(task: WorkerTask, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#breakdown !== null) return Promise.reject(this.#breakdown);
    const call = this.#calls++;
    const request: WorkerRequest = { call, task };
    return new Promise((resolve, reject) => {
      // What cannot be sent throws, and so rejects.
      this.#worker.postMessage(request, transfer);
      this.#waiting.set(call, { resolve, reject });
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** @param reply null for a message that answers nothing. */
  #settle(reply: WorkerReply | null): void {
    if (reply === null) return;
    const call = this.#waiting.get(reply.call);
    this.#waiting.delete(reply.call);
    if ('error' in reply) call?.reject(unpackError(reply.error));
    else call?.resolve(reply.value);
  }

  #breakDown(cause: unknown): void {
    this.#breakdown ??= new RuntimeFailureError('The worker that runs the model broke down. Start another one.', {
      cause,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#breakdown);
    this.#waiting.clear();
  }
}
