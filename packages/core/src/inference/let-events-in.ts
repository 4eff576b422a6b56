// Runtimes whose kernels run synchronously, as on WebAssembly, block the thread from one stage to the next: promises
// settle, but no timer fires and no message or click arrives. Without a pause such a run could never be aborted.

interface Immediate {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Lets timers, messages and clicks in once, so that they can abort the work. Does nothing without a signal.
 * It takes a few microseconds; a timer of 0 milliseconds would take 4 milliseconds in browsers.
 */
export function letEventsIn(signal: AbortSignal | undefined): Promise<void> | undefined {
  if (signal === undefined || signal.aborted) return undefined;
  const { setImmediate } = globalThis as Immediate;
  return new Promise((resolve) => {
    // Node has setImmediate, which runs after the timers that are due.
    if (setImmediate !== undefined) setImmediate(resolve);
    else if (typeof MessageChannel === 'undefined') setTimeout(resolve, 0);
    else sendMessage(resolve);
  });
}

function sendMessage(arrived: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    arrived();
  };
  port2.postMessage(null);
}
