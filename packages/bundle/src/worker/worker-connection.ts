// Requests to a worker, and its replies.

import { RuntimeFailureError } from '@ztw/core';
import { onBreakdown, onMessage, unpackError, type WorkerThread } from '@ztw/core/runtime';
import type { WorkerReply, WorkerRequest, WorkerTask } from './messages.ts';
import { isReady, readReply } from './read-message.ts';

/** Tasks that run native code in the worker. Ending a thread inside of it can abort the whole process. */
const nativeTasks: ReadonlySet<WorkerTask['kind']> = new Set([
  'start',
  'await-stage',
  'load',
  'run-stage',
  'keep-rows',
  'concat-rows',
]);

/** Most time that a worker gets to finish such tasks. It may also wait for files that never come. */
const finishMilliseconds = 5000;

interface WaitingCall {
  readonly task: WorkerTask;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerConnection {
  readonly #worker: WorkerThread;
  readonly #waiting = new Map<number, WaitingCall>();
  #calls = 0;
  #breakdown: RuntimeFailureError | null = null;
  #whenSettled: () => void = () => undefined;

  constructor(worker: WorkerThread) {
    this.#worker = worker;
    onMessage(worker, (message) => (isReady(message) ? this.#greetAgain() : this.#settle(readReply(message))));
    onBreakdown(worker, (cause) => this.#breakDown(cause));
  }

  /**
   * Has the worker perform a task.
   * @param transfer Buffers that are moved, not copied; they are empty in this thread afterwards.
   * @returns the value of the reply.
   * @throws the error of the worker; RuntimeFailureError when the worker breaks down before it replies.
   */
  perform(task: WorkerTask, transfer: Transferable[] = []): Promise<unknown> {
    if (this.#breakdown !== null) return Promise.reject(this.#breakdown);
    const call = this.#calls++;
    const request: WorkerRequest = { call, task };
    return new Promise((resolve, reject) => {
      // A message that cannot be sent throws, which rejects the promise.
      this.#worker.postMessage(request, transfer as ArrayBuffer[]);
      this.#waiting.set(call, { task, resolve, reject });
    });
  }

  /** Ends the worker once its native calls have returned, or after five seconds. */
  async terminate(): Promise<void> {
    await this.#nativeCallsReturn();
    await this.#worker.terminate();
  }

  #nativeCallsReturn(): Promise<void> {
    if (!this.#isInNativeCall()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, finishMilliseconds);
      this.#whenSettled = () => {
        if (this.#isInNativeCall()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #isInNativeCall(): boolean {
    return [...this.#waiting.values()].some(({ task }) => nativeTasks.has(task.kind));
  }

  /** A worker that was not listening yet has not received its greeting. */
  #greetAgain(): void {
    for (const [call, { task }] of this.#waiting) {
      if (task.kind === 'greet') this.#worker.postMessage({ call, task } satisfies WorkerRequest, []);
    }
  }

  /** @param reply null for a message that is not a reply. */
  #settle(reply: WorkerReply | null): void {
    if (reply === null) return;
    const call = this.#waiting.get(reply.call);
    this.#waiting.delete(reply.call);
    if ('error' in reply) call?.reject(unpackError(reply.error));
    else call?.resolve(reply.value);
    this.#whenSettled();
  }

  #breakDown(cause: unknown): void {
    this.#breakdown ??= new RuntimeFailureError(
      'Expected a reply from the worker that runs the model; the worker broke down. Start another one.',
      { cause },
    );
    for (const { reject } of this.#waiting.values()) reject(this.#breakdown);
    this.#waiting.clear();
    this.#whenSettled();
  }
}
