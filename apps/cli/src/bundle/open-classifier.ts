// A bundle's folder, ready to classify by one choice of exits, run in whichever way is fastest or was asked for.

import { type BundleManifest, openBundle } from '@ztw/bundle';
import {
  about,
  type Classification,
  classify,
  type DeviceProfile,
  type InputBatch,
  InvalidInputError,
} from '@ztw/core';
import { exportBundle } from '@ztw/onnx-graph';
import { createExecutor, type ExecutorKind } from '@ztw/runtime-onnx';
import type { LoadedRuntime } from '../runtime/onnx-runtime.ts';
import { folderReader } from './bundle-folder.ts';
import { deviceName } from './device-profile-file.ts';
import { chooseExit, type ExitChoice } from './exit-choice.ts';
import { loadBundleFolder } from './open-bundle.ts';

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
 * @throws InvalidBundleError, RuntimeFailureError; InvalidInputError for exits that cannot be chosen, or an executor that does
 *   not know them; UnsupportedModelError for an executor that cannot hold the bundle.
 */
export async function openClassifier(options: OpenClassifierOptions, runtime: LoadedRuntime): Promise<Classifier> {
  return options.exit.kind === 'patience' ? openPatient(options, runtime) : openExecutor(options, runtime);
}

async function openExecutor(options: OpenClassifierOptions, runtime: LoadedRuntime): Promise<Classifier> {
  const { folder, executor: kind, batch } = options;
  const { bundle, executor } = await about(folder, async () => {
    const opened = await openBundle(folderReader(folder));
    const { ort, stagedSettings, optimise } = runtime;
    const settings = { ort, ...stagedSettings, ...(optimise === null ? {} : { optimise }) };
    return {
      bundle: opened,
      executor: await createExecutor({ ...settings, bundle: opened, kind, batchSize: batch, exportBundle }),
    };
  });
  try {
    const exitNames = executor.network.stages.map((stage) => stage.name);
    const { policy, threshold } = chooseExit(options.exit, {
      operatingPoints: bundle.manifest.operatingPoints,
      stageNames: exitNames,
      batchSize: batch,
      profile: options.profile,
      device: deviceName(runtime),
    });
    if (threshold === null) throw new Error(`internal: ${policy.name} is no threshold`);
    return {
      folder,
      manifest: bundle.manifest,
      executor: executor.kind,
      policy: policy.name,
      exitNames,
      classify: (input, signal) => executor.classify(input, { threshold, signal }),
      [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
    };
  } catch (error) {
    await executor[Symbol.asyncDispose]();
    throw error;
  }
}

/** Patience counts answers between stages, which only the host can. */
async function openPatient(options: OpenClassifierOptions, runtime: LoadedRuntime): Promise<Classifier> {
  const { folder, executor, exit, batch } = options;
  if (executor !== 'auto' && executor !== 'staged') {
    throw new InvalidInputError(
      `The executor ${executor} decides by a threshold and does not know --patience. Use --executor staged, or --threshold.`,
    );
  }
  const { model, ensemble, manifest } = await loadBundleFolder(folder, runtime);
  const exitNames = model.stages.map((stage) => stage.name);
  const { policy } = chooseExit(exit, {
    operatingPoints: manifest.operatingPoints,
    stageNames: exitNames,
    batchSize: batch,
    profile: null,
    device: deviceName(runtime),
  });
  return {
    folder,
    manifest,
    executor: 'staged',
    policy: policy.name,
    exitNames,
    classify: (input, signal) => classify(model, input, { policy, ensemble, batchSize: batch, signal }),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
