import { classify, confidenceThreshold } from '@ztw/core';
import { type LoadBundleOptions, loadBundle } from '../bundle/load-bundle.ts';
import type { Executor } from './executor.ts';

/**
 * Runs a bundle stage by stage, with the core's own loop.
 * @param batchSize Rows that run together.
 */
export async function stagedExecutor(options: LoadBundleOptions, batchSize: number): Promise<Executor> {
  const { model, ensemble } = await loadBundle(options);
  return {
    kind: 'staged',
    network: model,
    inputs: model.inputs,
    classify: async (input, { threshold, signal }) =>
      classify(model, input, {
        policy: confidenceThreshold(threshold),
        ensemble,
        batchSize,
        ...(signal === undefined ? {} : { signal }),
      }),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
