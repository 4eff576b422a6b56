// The job of `ztw bench`: the full network and early exit take turns in one process, so that a busy machine slows both
// alike.

import { classify, type DeviceProfile, never, StorageError } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { openWholeNetwork } from '@ztw/training/onnx';
import { storedProfilePath, writeDeviceProfile } from '../../bundle/device-profile-file.ts';
import type { ExitChoice } from '../../bundle/exit-choice.ts';
import { loadBundleFolder, type RunnableBundle } from '../../bundle/open-bundle.ts';
import { type ExecutorChoice, openClassifier } from '../../bundle/open-classifier.ts';
import type { ImageSource } from '../../images/open-images.ts';
import type { JobContext } from '../../program/job-context.ts';
import { describeMachine, type MachineFacts } from '../../runtime/machine.ts';
import { readNetwork } from '../../runtime/network.ts';
import { backendOf } from '../../runtime/onnx-backend.ts';
import { type LoadedRuntime, loadRuntime, type RuntimeOptions } from '../../runtime/onnx-runtime.ts';
import { assertOutputFile } from '../../storage/index.ts';
import { type BenchInputs, benchInputs } from './bench-inputs.ts';
import { profileStages } from './profile-stages.ts';
import { type BenchContender, type BenchRow, takeTurns } from './take-turns.ts';

export type ProfilePlace =
  | { readonly kind: 'bundle' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'none' };

export interface BenchOptions {
  readonly bundle: string;
  /** The uncut source network; null: the staged network without exits is the reference. */
  readonly network: string | null;
  /** null: random input. */
  readonly data: ImageSource | null;
  /** File with the names of the classes, in the order of the outputs; null: as the bundle says. */
  readonly classNames: string | null;
  readonly batches: readonly number[];
  /** For a budget in milliseconds, the stages are measured first. */
  readonly exit: ExitChoice;
  readonly executor: ExecutorChoice;
  /** Batches per batch size; null: 512 images, and at least 30 batches. */
  readonly repeat: number | null;
  readonly seed: number;
  /**
   * Where the milliseconds per stage are stored: in the bundle's folder, for later budgets in milliseconds, in a file,
   * or nowhere.
   */
  readonly profile: ProfilePlace;
  readonly graph: AnalyseGraphOptions;
  readonly runtime: RuntimeOptions;
}

export interface BenchResult {
  readonly machine: MachineFacts;
  readonly runtime: string;
  readonly threads: number;
  readonly policy: string;
  /** What `timeRatio` is measured against. */
  readonly yardstick: 'whole' | 'staged';
  readonly input: string;
  readonly rows: readonly BenchRow[];
  /** Milliseconds per stage; null if they were not requested. */
  readonly profile: DeviceProfile | null;
  /** File that holds them; null if they were not stored. */
  readonly profileFile: string | null;
}

/**
 * @throws InvalidBundleError, InvalidModelError, InvalidDataError; StorageError; AbortedError once the signal has
 * fired.
 */
export async function benchBundle(options: BenchOptions, context: JobContext): Promise<BenchResult> {
  if (options.profile.kind === 'file') await assertOutputFile(options.profile.path, { overwrite: true });
  const runtime = await loadRuntime({ ...options.runtime, onNote: context.onNote });
  await using bundle = await loadBundleFolder(options.bundle, runtime);
  await using whole = options.network === null ? null : await loadWhole(options.network, options.graph, runtime);
  const inputs = await benchInputs(options, bundle, context);
  const wanted = options.profile.kind !== 'none' || options.exit.kind === 'milliseconds';
  const profile = wanted ? await profileBundle(options, { bundle, whole, inputs, runtime }, context) : null;
  const rows: BenchRow[] = [];
  const policies = new Set<string>();
  for (const batch of options.batches) {
    await using classifier = await openClassifier({ ...options, folder: options.bundle, batch, profile }, runtime);
    policies.add(classifier.policy);
    const early: BenchContender = {
      name: 'early',
      executor: classifier.executor,
      run: async (input) => (await classifier.classify(input, context.signal)).summary.meanMacsFraction,
    };
    const contenders = [...(whole === null ? [] : [whole]), stagedContender(bundle), early];
    rows.push(...(await takeTurns(contenders, inputs, batch, options.repeat, context)));
  }
  const profileFile = profile === null ? null : await storeProfile(profile, options, runtime, context);
  return {
    machine: describeMachine(),
    runtime: runtime.name,
    threads: runtime.stagedSettings.threads ?? 1,
    policy: [...policies].join(', '),
    yardstick: whole === null ? 'staged' : 'whole',
    input: inputs.name,
    rows,
    profile,
    profileFile,
  };
}

/** @returns path of the profile; null if it should not be stored, or the bundle's folder cannot be written. */
async function storeProfile(
  profile: DeviceProfile,
  { bundle, profile: place }: BenchOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<string | null> {
  if (place.kind === 'none') return null;
  const path = place.kind === 'file' ? place.path : storedProfilePath(bundle, runtime);
  try {
    await writeDeviceProfile(path, profile);
    return path;
  } catch (error) {
    if (place.kind === 'file' || !StorageError.isInstance(error)) throw error;
    context.onNote(`The times per stage were not stored (${error.message}). Name a file for them with --profile.`);
    return null;
  }
}

interface BenchParts {
  readonly bundle: RunnableBundle;
  readonly whole: BenchContender | null;
  readonly inputs: BenchInputs;
  readonly runtime: LoadedRuntime;
}

/** Milliseconds per stage at the batch sizes of the benchmark. */
async function profileBundle(
  { batches, repeat }: BenchOptions,
  { bundle, whole, inputs, runtime }: BenchParts,
  context: JobContext,
): Promise<DeviceProfile> {
  const input = await inputs.batch(0, Math.max(...batches));
  const runWhole = whole === null ? null : whole.run;
  return profileStages({ model: bundle.model, input, batches, repeat, runWhole, runtime }, context);
}

async function loadWhole(
  path: string,
  graph: AnalyseGraphOptions,
  runtime: LoadedRuntime,
): Promise<BenchContender & AsyncDisposable> {
  const model = await openWholeNetwork(await readNetwork(path, runtime, graph), backendOf(runtime));
  return {
    name: 'whole',
    executor: null,
    run: async (input) => {
      await model.runWhole(input);
      return 1;
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

function stagedContender({ model, ensemble }: RunnableBundle): BenchContender {
  return {
    name: 'staged',
    executor: 'staged',
    run: async (input) => {
      const { summary } = await classify(model, input, { policy: never(), ensemble, batchSize: input.rows });
      return summary.meanMacsFraction;
    },
  };
}
