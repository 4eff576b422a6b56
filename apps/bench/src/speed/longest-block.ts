import { Worker } from 'node:worker_threads';
import type { Bundle } from '@ztw/bundle';
import { classify, confidenceThreshold } from '@ztw/core';
import { loadBundleInWorker } from '@ztw/runtime-onnx/worker';
import type { Inputs } from './read-inputs.ts';

/** The time of a batch, and the longest block of its caller's event loop, both in milliseconds. */
export interface BlockedLoop {
  readonly batch: number;
  readonly longestBlock: number;
}

/** Runs batches of 256 in a worker, while a timer in this thread measures its own delay. */
export async function longestBlock(bundle: Bundle, inputs: Inputs, threshold: number): Promise<BlockedLoop> {
  // Worker threads do not inherit tsx from their parent.
  const script = new URL('./stage-worker.ts', import.meta.url).href;
  const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(script)}); });`;
  const worker = new Worker(start, { eval: true, execArgv: ['--conditions=@ztw/source'] });
  const loaded = await loadBundleInWorker({ worker, bundle });
  const run = (round: number): Promise<unknown> =>
    classify(loaded.model, inputs.batch(round * 256, 256), {
      policy: confidenceThreshold(threshold),
      ensemble: loaded.ensemble,
      batchSize: 256,
    });
  await run(0);
  let last = performance.now();
  let longest = 0;
  let batch = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  for (let round = 1; round <= 5; round++) {
    const begin = performance.now();
    await run(round);
    batch = Math.max(batch, performance.now() - begin);
  }
  // The delay of one turn of the loop shows only in the next turn.
  await new Promise((resolve) => setTimeout(resolve, 5));
  clearInterval(timer);
  await loaded.model[Symbol.asyncDispose]();
  return { batch, longestBlock: longest };
}
