// The whole of `ztw bench`: the full network against early exit, taking turns in one process so that a busy machine slows
// them alike.

import { classify, type DeviceProfile, type InputBatch, never } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import type { ExecutorKind } from '@ztw/runtime-onnx';
import { assertOutputFile, writeOutputFile } from '../storage/index.ts';
import { type BenchInputs, benchInputs } from './bench-inputs.ts';
import type { ExitChoice } from './exit-choice.ts';
import { type JobContext, throwIfAborted } from './job-context.ts';
import { describeMachine, type MachineFacts } from './machine.ts';
import { readNetwork } from './network.ts';
import { type LoadedRuntime, loadRuntime, type RuntimeOptions } from './onnx-runtime.ts';
import { loadBundleFolder, type RunnableBundle } from './open-bundle.ts';
import { type ExecutorChoice, openClassifier } from './open-classifier.ts';
import type { ImageSource } from './open-images.ts';
import { profileStages } from './profile-stages.ts';
import { type Timing, timingOf } from './timing.ts';
import { openWholeNetwork } from './whole-network.ts';

export interface BenchOptions {
  readonly bundle: string;
  /** The source network, uncut; null leaves it out, and the staged network without exits is the yardstick. */
  readonly network: string | null;
  /** Null: random input. */
  readonly data: ImageSource | null;
  readonly batches: readonly number[];
  /** A budget in milliseconds is chosen by a profile that is measured here first. */
  readonly exit: ExitChoice;
  readonly executor: ExecutorChoice;
  /** Batches per batch size; null for enough to be 512 images, and at least 30. */
  readonly repeat: number | null;
  readonly seed: number;
  /** File for the device profile, which replaces what is there; null for none. */
  readonly profile: string | null;
  readonly graph: AnalyseGraphOptions;
  readonly runtime: RuntimeOptions;
}

/** One contender at one batch size. */
export interface BenchRow extends Timing {
  /** `whole`: the uncut network; `staged`: stage by stage, nobody leaves; `early`: with exits. */
  readonly contender: 'whole' | 'staged' | 'early';
  /** How it runs; null for the uncut network. */
  readonly executor: ExecutorKind | null;
  readonly batch: number;
  /** Images per second over the whole measurement. */
  readonly imagesPerSecond: number;
  /** Total time as a share of the yardstick's. */
  readonly timeRatio: number;
  /** Mean MACs as a share of the last network without ICs. */
  readonly macsRatio: number;
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
  /** Milliseconds per stage, where they were asked for. */
  readonly profile: DeviceProfile | null;
}

interface Contender {
  readonly name: BenchRow['contender'];
  readonly executor: ExecutorKind | null;
  /** Runs one batch. @returns its mean MACs as a share of the backbone's. */
  run(input: InputBatch): Promise<number>;
}

const defaultImages = 512;
const fewestBatches = 30;
const warmUpBatches = 5;

/** @throws InvalidBundleError, InvalidModelError, InvalidDataError; StorageError; AbortedError once the signal has fired. */
export async function benchBundle(options: BenchOptions, context: JobContext): Promise<BenchResult> {
  if (options.profile !== null) await assertOutputFile(options.profile, { overwrite: true });
  const runtime = await loadRuntime(options.runtime);
  await using bundle = await loadBundleFolder(options.bundle, runtime);
  await using whole = options.network === null ? null : await loadWhole(options.network, options.graph, runtime);
  const inputs = await benchInputs(options, bundle, context);
  const wanted = options.profile !== null || options.exit.kind === 'milliseconds';
  const profile = wanted ? await profileBundle(options, { bundle, whole, inputs, runtime }, context) : null;
  const rows: BenchRow[] = [];
  const policies = new Set<string>();
  for (const batch of options.batches) {
    await using classifier = await openClassifier({ ...options, folder: options.bundle, batch, profile }, runtime);
    policies.add(classifier.policy);
    const early: Contender = {
      name: 'early',
      executor: classifier.executor,
      run: async (input) => (await classifier.classify(input, context.signal)).summary.meanMacsFraction,
    };
    const contenders = [...(whole === null ? [] : [whole]), stagedContender(bundle), early];
    rows.push(...(await measure(contenders, inputs, batch, options.repeat, context)));
  }
  if (options.profile !== null) {
    const text = `${JSON.stringify(profile, null, 2)}\n`;
    await writeOutputFile(options.profile, new TextEncoder().encode(text), { overwrite: true });
  }
  return {
    machine: describeMachine(),
    runtime: runtime.name,
    threads: runtime.stagedSettings.threads ?? 1,
    policy: [...policies].join(', '),
    yardstick: whole === null ? 'staged' : 'whole',
    input: inputs.name,
    rows,
    profile,
  };
}

interface BenchParts {
  readonly bundle: RunnableBundle;
  readonly whole: Contender | null;
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
): Promise<Contender & AsyncDisposable> {
  const model = await openWholeNetwork(await readNetwork(path, runtime, graph), graph, runtime);
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

function stagedContender({ model, ensemble }: RunnableBundle): Contender {
  return {
    name: 'staged',
    executor: 'staged',
    run: async (input) => {
      const { summary } = await classify(model, input, { policy: never(), ensemble, batchSize: input.rows });
      return summary.meanMacsFraction;
    },
  };
}

async function measure(
  contenders: readonly Contender[],
  inputs: BenchInputs,
  batch: number,
  repeat: number | null,
  context: JobContext,
): Promise<readonly BenchRow[]> {
  const rounds = repeat ?? Math.max(fewestBatches, Math.ceil(defaultImages / batch));
  const records = contenders.map((contender) => ({ contender, milliseconds: [] as number[], macs: 0 }));
  for (let round = -warmUpBatches; round < rounds; round++) {
    throwIfAborted(context.signal);
    const input = await inputs.batch(Math.max(0, round), batch);
    // Each round begins with another contender, so that none always profits from the caches that the one before has filled.
    for (let turn = 0; turn < records.length; turn++) {
      const record = records[(Math.max(0, round) + turn) % records.length] as (typeof records)[number];
      const start = performance.now();
      const macs = await record.contender.run(input);
      if (round < 0) continue;
      record.milliseconds.push(performance.now() - start);
      record.macs += macs;
    }
    context.onProgress({
      phase: `Measuring batches of ${batch}`,
      done: round + warmUpBatches + 1,
      total: rounds + warmUpBatches,
      remainingSeconds: null,
      detail: null,
    });
  }
  const yardstick = timingOf(records[0]?.milliseconds ?? []).totalMilliseconds;
  return records.map(({ contender, milliseconds, macs }) => {
    const timing = timingOf(milliseconds);
    return {
      contender: contender.name,
      executor: contender.executor,
      batch,
      ...timing,
      imagesPerSecond: (1000 * batch * rounds) / timing.totalMilliseconds,
      timeRatio: timing.totalMilliseconds / yardstick,
      macsRatio: macs / rounds,
    };
  });
}
