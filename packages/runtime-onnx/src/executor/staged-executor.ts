import { classify } from '@ztw/core';
import { type LoadBundleOptions, loadBundle } from '../bundle/load-bundle.ts';
import { type Executor, policyToExecute } from './executor.ts';

/**
 * Runs a bundle stage by stage, with `classify` of the core.
 * @param batchSize Largest number of rows that run together.
 */
export async function stagedExecutor(options: LoadBundleOptions, batchSize: number): Promise<Executor> {
  const { model, ensemble } = await loadBundle(options);
  return {
    kind: 'staged',
    network: model,
    inputs: model.inputs,
    classify: async (input, options) =>
      classify(model, input, {
        policy: policyToExecute(options),
        ensemble,
        batchSize,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
