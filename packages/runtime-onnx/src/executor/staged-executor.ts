import { type Bundle, type LoadedBundle, manifestInputs } from '@ztw/bundle';
import { classify, InvalidModelError, runAllExits } from '@ztw/core';
import { findDenseInput, rowSize } from '@ztw/core/runtime';
import { type LoadBundleOptions, loadBundle } from '../bundle/load-bundle.ts';
import { type Executor, policyToExecute } from './executor.ts';

/** Optimises all stages of a bundle together; returns the bundle itself where it cannot. */
export type OptimiseBundle = (bundle: Bundle, optimise: (model: Uint8Array) => Promise<Uint8Array>) => Promise<Bundle>;

export interface StagedExecutorOptions extends LoadBundleOptions {
  readonly bundle: Bundle;
  readonly optimise?: (model: Uint8Array) => Promise<Uint8Array>;
  readonly optimiseBundle?: OptimiseBundle;
}

/**
 * Runs a bundle stage by stage, with `classify` of the core.
 * @param batchSize Largest number of rows that run together.
 */
export async function stagedExecutor(options: StagedExecutorOptions, batchSize: number): Promise<Executor> {
  const { model, ensemble } = (await loadOptimised(options)) ?? (await loadBundle(options));
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

/** Loads stages that are optimised together; null where they cannot be, or where their tensors are not rows. */
async function loadOptimised({
  optimise,
  optimiseBundle,
  ...options
}: StagedExecutorOptions): Promise<LoadedBundle | null> {
  if (optimise === undefined || optimiseBundle === undefined) return null;
  const bundle = await optimiseBundle(options.bundle, optimise);
  const input = findDenseInput(manifestInputs(bundle.manifest));
  if (bundle === options.bundle || input === null) return null;
  const loaded = await loadBundle({ ...options, bundle });
  try {
    // An optimiser may move the rows to another axis. Two rows show it, because each stage checks the first axis.
    const rows = 2;
    await runAllExits(loaded.model, { data: new Float32Array(rows * rowSize(input.rowShape)), rows });
    return loaded;
  } catch (error) {
    await loaded.model[Symbol.asyncDispose]();
    if (InvalidModelError.isInstance(error)) return null;
    throw error;
  }
}
