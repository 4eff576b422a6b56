// A bundle's folder, ready to classify by one choice of exits, run in whichever way is fastest or was asked for.

import { type BundleManifest, openBundle } from '@ztw/bundle';
import {
  type Classification,
  type DeviceProfile,
  type ExitPolicy,
  type InputBatch,
  UnsupportedPolicyError,
} from '@ztw/core';
import { about, graphKind } from '@ztw/core/runtime';

import { exportBundle } from '@ztw/onnx-graph';
import { type CreateExecutorOptions, createExecutor, describeNetworks, type ExecutorKind } from '@ztw/runtime-onnx';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import { folderReader } from './bundle-folder.ts';
import { deviceName } from './device-profile-file.ts';
import { chooseExit, type ExitChoice } from './exit-choice.ts';

export const executorChoices = ['auto', 'staged', 'nested-if', 'batch-if'] as const;

export type ExecutorChoice = (typeof executorChoices)[number];

export interface OpenClassifierOptions {
  readonly folder: string;
  readonly exit: ExitChoice;
  /** `auto`: as `createExecutor` documents. */
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
 * @throws InvalidBundleError, RuntimeFailureError; InvalidInputError for exits that cannot be chosen; UnsupportedPolicyError for an
 *   executor that does not know their policy; UnsupportedModelError for an executor that cannot hold the bundle.
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
    createExecutor({ ...settings, ...way, bundle, batchSize: batch, exportBundle }),
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

/** One file decides at each exit by itself; every other policy is decided on the host, between stages. */
function wayToRun(
  kind: ExecutorChoice,
  { name, specification }: ExitPolicy,
): Pick<CreateExecutorOptions, 'kind' | 'policyKind'> {
  const policyKind = graphKind(specification);
  if (policyKind !== null) return { kind, policyKind };
  if (kind === 'auto' || kind === 'staged') return { kind: 'staged' };
  throw new UnsupportedPolicyError(
    `The executor ${kind} decides at each exit by itself, by one limit, and does not know ${name}. Use --executor staged, or another policy.`,
  );
}
