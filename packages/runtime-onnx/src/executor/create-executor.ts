// One function for all ways to run a bundle.

import { type Bundle, type BundleReader, calibratedKind, openBundle } from '@ztw/bundle';
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
import { stagedExecutor } from './staged-executor.ts';

export interface CreateExecutorOptions extends SessionSettings {
  readonly ort: OnnxRuntime;
  /** An opened bundle, or how to read the files of one. */
  readonly bundle: Bundle | BundleReader;
  /**
   * Default `auto`: `nested-if` where rows run one at a time, `batch-if` where several run together; `staged` without
   * `exportBundle`, and for bundles that one file cannot hold: a fixed batch, an operator set below 11, networks of
   * different operator sets, more than 31 exits, a kind of policy that looks at several exits. One file saves what each further session costs; `staged` alone can watch,
   * stop or re-batch rows between two stages.
   */
  readonly kind?: 'auto' | ExecutorKind;
  /** What a single file decides by; without meaning for `staged`, which takes every policy. Default: the kind that the bundle was calibrated with. */
  readonly policyKind?: PolicyKind;
  /** Rows that run together. Default: as `classify`, 256. */
  readonly batchSize?: number;
  /**
   * Writes a bundle as one file: `exportBundle` of `@ztw/onnx-graph`. It is handed in so that nobody pays for a graph
   * library who runs stages.
   */
  readonly exportBundle?: (bundle: Bundle, options: SingleFileRequest) => Promise<Uint8Array>;
  /**
   * Optimises the whole graph before it is parted at its exits, which saves single files much of what their branches cost on the
   * native runtime: `graphOptimiser` of `@ztw/runtime-onnx/node`. Default: none.
   */
  readonly optimise?: (model: Uint8Array) => Promise<Uint8Array>;
}

/** What `exportBundle` is asked for. */
export interface SingleFileRequest {
  readonly form: 'nested-if' | 'batch-if';
  readonly policy: PolicyKind;
  readonly optimise?: (model: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Makes a bundle ready to run.
 * @throws InvalidInputError for a batch size that is no positive whole number, and for a single-file kind without
 *   `exportBundle`; UnsupportedModelError and UnsupportedPolicyError for a kind that cannot hold the bundle or the policy; InvalidBundleError, InvalidModelError
 *   and RuntimeFailureError for a bundle or model that is damaged or that ONNX Runtime refuses.
 */
export async function createExecutor(options: CreateExecutorOptions): Promise<Executor> {
  const { kind = 'auto', batchSize = classifyDefaults.batchSize } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new InvalidInputError(`Expected a batch size that is a whole number from 1 on; received ${batchSize}.`);
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
  const { ort, bundle, exportBundle, optimise, policyKind, ...settings } = options;
  const decidesBy = policyKind ?? calibratedKind(bundle.manifest.operatingPoints);
  if (exportBundle === undefined) {
    throw new InvalidInputError(
      `The executor ${kind} runs one file: pass exportBundle of @ztw/onnx-graph, which makes it, or choose 'staged'.`,
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
    inputShape: bundle.manifest.inputShape,
    batchSize: kind === 'nested-if' ? 1 : batchSize,
  });
}
