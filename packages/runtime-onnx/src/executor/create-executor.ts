// One function for all ways to run a bundle.

import { type Bundle, type BundleReader, calibratedKind, manifestInputShape, openBundle } from '@ztw/bundle';
import {
  classifyDefaults,
  InvalidInputError,
  type PolicyKind,
  UnsupportedModelError,
  UnsupportedPolicyError,
} from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';
import { describeNetworks } from './describe-networks.ts';
import type { Executor, ExecutorKind } from './executor.ts';
import { singleFileExecutor } from './single-file-executor.ts';
import { type OptimiseBundle, stagedExecutor } from './staged-executor.ts';

export interface CreateExecutorOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle, or how to read the files of one. */
  readonly bundle: Bundle | BundleReader;
  /**
   * Default `auto`: `nested-if` for a batch size of 1, `batch-if` for a larger one. It is `staged` without
   * `exportBundle`, and for bundles that one file cannot hold: inputs other than one dense tensor, a fixed batch, an
   * operator set below 11, networks of different operator sets, more than 31 exits, or a kind of policy that looks at
   * several exits. One file saves the cost of a session per stage. Only `staged` can observe rows, stop them or batch
   * them anew between two stages.
   */
  readonly kind?: 'auto' | ExecutorKind;
  /**
   * Kind of policy that a single file holds. Default: the kind that the bundle was calibrated with. `staged` ignores
   * it: it takes every policy.
   */
  readonly policyKind?: PolicyKind;
  /** Largest number of rows that run together. Default: 256, as in `classify`. */
  readonly batchSize?: number;
  /**
   * Writes a bundle as one file: `exportBundle` of `@ztw/onnx-graph`. You pass it in, so that programs that run only
   * stages need no graph library.
   */
  readonly exportBundle?: (bundle: Bundle, options: SingleFileRequest) => Promise<Uint8Array>;
  /**
   * Optimises the whole graph before it is split at its exits: `graphOptimiser` of `@ztw/runtime-onnx/node`. On the
   * native runtime this removes most of the cost of the branches in a single file, and of the borders between stages.
   * Default: none.
   */
  readonly optimise?: (model: Uint8Array) => Promise<Uint8Array>;
  /**
   * Makes stages that are optimised together, for `staged` with `optimise`: `optimiseBundle` of `@ztw/onnx-graph`.
   * Default: none, each stage is optimised alone.
   */
  readonly optimiseBundle?: OptimiseBundle;
}

/** What the executor asks of `exportBundle`. */
export interface SingleFileRequest {
  readonly form: 'nested-if' | 'batch-if';
  readonly policy: PolicyKind;
  readonly optimise?: (model: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Makes a bundle ready to run.
 * @throws InvalidInputError for a batch size that is not a positive whole number, and for a single-file kind without
 *   `exportBundle`.
 * @throws UnsupportedModelError or UnsupportedPolicyError for a kind that cannot hold the bundle or the policy.
 * @throws InvalidBundleError, InvalidModelError or RuntimeFailureError for a bundle or model that is damaged or that
 *   ONNX Runtime refuses.
 */
export async function createExecutor(options: CreateExecutorOptions): Promise<Executor> {
  const { kind = 'auto', batchSize = classifyDefaults.batchSize } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidInputError(
      `Expected a batch size that is a whole number from 1 on; received ${batchSize}. Pass 1 to run row by row.`,
      { expected: 'a whole number from 1 on', received: batchSize, path: 'batchSize' },
    );
  }
  const bundle = typeof options.bundle === 'function' ? await openBundle(options.bundle) : options.bundle;
  const opened = { ...options, bundle };
  if (kind === 'staged') return stagedExecutor(opened, batchSize);
  if (kind !== 'auto') return inOneFile(opened, kind, batchSize);
  if (options.exportBundle === undefined) return stagedExecutor(opened, batchSize);
  try {
    return await inOneFile(opened, batchSize === 1 ? 'nested-if' : 'batch-if', batchSize);
  } catch (error) {
    const isUnsupported = UnsupportedModelError.isInstance(error) || UnsupportedPolicyError.isInstance(error);
    if (isUnsupported) return stagedExecutor(opened, batchSize);
    throw error;
  }
}

async function inOneFile(
  options: CreateExecutorOptions & { readonly bundle: Bundle },
  kind: 'nested-if' | 'batch-if',
  batchSize: number,
): Promise<Executor> {
  const { ort, bundle, exportBundle, optimise, optimiseBundle: _, policyKind, ...settings } = options;
  const decidesBy = policyKind ?? calibratedKind(bundle.manifest.operatingPoints);
  if (exportBundle === undefined) {
    throw new InvalidInputError(
      `Expected exportBundle for the executor ${kind}, which runs one file; received none. ` +
        "Pass exportBundle of @ztw/onnx-graph, or choose the kind 'staged'.",
      { expected: 'a function', path: 'exportBundle' },
    );
  }
  return singleFileExecutor({
    ort,
    settings,
    kind,
    policyKind: decidesBy,
    bytes: await exportBundle(bundle, {
      form: kind,
      policy: decidesBy,
      ...(optimise === undefined ? {} : { optimise }),
    }),
    network: describeNetworks(bundle.manifest),
    inputShape: manifestInputShape(bundle.manifest),
    batchSize: kind === 'nested-if' ? 1 : batchSize,
  });
}
