// One end of a message channel, in a browser or in Node. The two differ only in how a listener is added.

/** A `Worker` or `MessagePort` of a browser or of Node, or a worker's own `self` or `parentPort`. */
export interface MessageEndpoint {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** In Node. */
  on?(event: string, listener: (value: unknown) => void): unknown;
  off?(event: string, listener: (value: unknown) => void): unknown;
  /** In browsers. */
  addEventListener?(event: string, listener: (event: unknown) => void): void;
  removeEventListener?(event: string, listener: (event: unknown) => void): void;
  /** A browser's `MessagePort` delivers no messages before this call. */
  start?(): void;
}

/** A worker, as its creator sees it. */
export interface WorkerThread extends MessageEndpoint {
  terminate(): unknown;
}

/** Calls `receive` with the content of each message. */
export function onMessage(endpoint: MessageEndpoint, receive: (message: unknown) => void): void {
  if (endpoint.on !== undefined) endpoint.on('message', receive);
  else endpoint.addEventListener?.('message', (event) => receive((event as { readonly data: unknown }).data));
  endpoint.start?.();
}

/**
 * Calls `fail` with the known cause when the other side fails or ends.
 * @returns a function that stops listening.
 */
export function onBreakdown(worker: WorkerThread, fail: (cause: unknown) => void): () => void {
  const ended = (code: unknown): void => fail(new Error(`the worker ended with exit code ${code}`));
  const failed = (event: unknown): void => {
    const { message, error } = event as { readonly message?: string; readonly error?: unknown };
    fail(error ?? new Error(message ?? 'the worker script could not be loaded'));
  };
  if (worker.on === undefined) {
    worker.addEventListener?.('error', failed);
    return () => worker.removeEventListener?.('error', failed);
  }
  worker.on('error', fail);
  worker.on('exit', ended);
  return () => {
    worker.off?.('error', fail);
    worker.off?.('exit', ended);
  };
}
