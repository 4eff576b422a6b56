// Opens a bundle for classification with one choice of exits, on the fastest or the requested executor.

import { type BundleManifest, openBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import {
  type Classification,
  type DeviceProfile,
  type ExitPolicy,
  type InputBatch,
  UnsupportedPolicyError,
} from '@ztw/core';
import { about, graphKind } from '@ztw/core/runtime';
import { exportBundle, optimiseBundle } from '@ztw/onnx-graph';
import { type CreateExecutorOptions, createExecutor, describeNetworks, type ExecutorKind } from '@ztw/runtime-onnx';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import { deviceName } from './device-profile-file.ts';
import { chooseExit, type ExitChoice } from './exit-choice.ts';

export const executorChoices = ['auto', 'staged', 'nested-if', 'batch-if'] as const;

export type ExecutorChoice = (typeof executorChoices)[number];

export interface OpenClassifierOptions {
  readonly folder: string;
  readonly exit: ExitChoice;
  /** `auto`: see `createExecutor`. */
  readonly executor: ExecutorChoice;
  /** Rows that run together. */
  readonly batch: number;
  /** What stages cost here, for a budget in milliseconds; null where nobody measured. */
  readonly profile: DeviceProfile | null;
}

export interface Classifier extends AsyncDisposable {
  readonly folder: string;
  readonly manifest: BundleManifest;
  readonly executor: ExecutorKind;
  /** For reports. */
  readonly policy: string;
  /** Names of the exits, over all networks. */
  readonly exitNames: readonly string[];
  classify(input: InputBatch, signal: AbortSignal): Promise<Classification>;
}

/**
 * @throws InvalidBundleError, RuntimeFailureError; InvalidInputError for a budget that cannot be met;
 *   UnsupportedPolicyError for an executor that does not support the policy; UnsupportedModelError for an executor that
 *   cannot run the bundle.
 */
export async function openClassifier(options: OpenClassifierOptions, runtime: LoadedRuntime): Promise<Classifier> {
  const { folder, batch, profile } = options;
  const bundle = await about(folder, () => openBundle(folderReader(folder)));
  const { manifest } = bundle;
  const exitNames = describeNetworks(manifest).stages.map((stage) => stage.name);
  const policy = chooseExit(options.exit, {
    operatingPoints: manifest.operatingPoints,
    stageNames: exitNames,
    batchSize: batch,
    profile,
    device: deviceName(runtime),
  });
  const { ort, stagedSettings, optimise } = runtime;
  const settings = { ort, ...stagedSettings, ...(optimise === null ? {} : { optimise }) };
  const way = wayToRun(options.executor, policy);
  const executor = await about(folder, () =>
    createExecutor({ ...settings, ...way, bundle, batchSize: batch, exportBundle, optimiseBundle }),
  );
  return {
    folder,
    manifest,
    executor: executor.kind,
    policy: policy.name,
    exitNames,
    classify: (input, signal) => executor.classify(input, { policy, signal }),
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

/** A single file evaluates each exit separately. All other policies are evaluated on the host, between stages. */
function wayToRun(
  kind: ExecutorChoice,
  { name, specification }: ExitPolicy,
): Pick<CreateExecutorOptions, 'kind' | 'policyKind'> {
  const policyKind = graphKind(specification);
  if (policyKind !== null) return { kind, policyKind };
  if (kind === 'auto' || kind === 'staged') return { kind: 'staged' };
  throw new UnsupportedPolicyError(
    `The executor ${kind} supports one limit on a score of each exit; received ${name}. Use --executor staged, or another policy.`,
  );
}
