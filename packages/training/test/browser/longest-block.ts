/** Measures the longest time, in milliseconds, that this thread could do nothing else while work went on. */
export async function longestBlockDuring<Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly longestBlock: number }> {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let longestBlock = 0;
  port1.onmessage = () => {
    const now = performance.now();
    longestBlock = Math.max(longestBlock, now - last);
    last = now;
    port2.postMessage(null);
  };
  port2.postMessage(null);
  try {
    return { value: await work(), longestBlock };
  } finally {
    port1.close();
  }
}
