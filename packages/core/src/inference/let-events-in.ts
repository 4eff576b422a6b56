// Runtimes whose kernels run synchronously, as on WebAssembly, keep the thread from one stage to the next: promises go on, but no timer fires and
// no message or click arrives. Without a pause nobody could ever abort such a run.

interface Immediate {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/**
 * Lets timers, messages and clicks in where somebody may abort the work: once, and for nothing where there is no signal.
 * Costs some microseconds; a timer of 0 milliseconds would cost 4 milliseconds in browsers.
 */
export function letEventsIn(signal: AbortSignal | undefined): Promise<void> | undefined {
  if (signal === undefined || signal.aborted) return undefined;
  const { setImmediate } = globalThis as Immediate;
  return new Promise((resolve) => {
    // Of Node: it runs after the timers that are due.
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
