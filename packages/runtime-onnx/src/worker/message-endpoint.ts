// One end of a message channel, in a browser or in Node. The two differ only in how a listener is added.

/** A `Worker` or `MessagePort` of a browser or of Node, or a worker's own `self` or `parentPort`. */
export interface MessageEndpoint {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Node's way. */
  on?(event: string, listener: (value: unknown) => void): unknown;
  /** The browsers' way. */
  addEventListener?(event: string, listener: (event: unknown) => void): void;
}

/** A worker seen from outside. */
export interface WorkerThread extends MessageEndpoint {
  terminate(): unknown;
}

/** Calls `receive` with the content of each message. */
export function onMessage(endpoint: MessageEndpoint, receive: (message: unknown) => void): void {
  if (endpoint.on !== undefined) endpoint.on('message', receive);
  else endpoint.addEventListener?.('message', (event) => receive((event as { readonly data: unknown }).data));
}

/** Calls `fail` when the other side breaks down or ends, with what is known of the cause. */
export function onBreakdown(worker: WorkerThread, fail: (cause: unknown) => void): void {
  if (worker.on !== undefined) {
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the worker ended with exit code ${code}`)));
    return;
  }
  worker.addEventListener?.('error', (event) => {
    const { message, error } = event as { readonly message?: string; readonly error?: unknown };
    fail(error ?? new Error(message ?? 'the worker script could not be loaded'));
  });
}
