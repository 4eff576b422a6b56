// The last part of a training job: from trained networks to a bundle per method in its folder.

import { type Preprocessing, type StoredOperatingPoint, storedOperatingPoint } from '@ztw/bundle';
import { profileBytes, storedProfileName } from '../../bundle/device-profile-file.ts';
import { assembleBundle, type TrainedNetwork } from '../../jobs/assemble-bundle.ts';
import type { CalibrationTargets } from '../../jobs/calibration-targets.ts';
import type { BundleMethod } from '../../jobs/method.ts';
import { type MadeExit, packBundle } from '../../jobs/pack-bundle.ts';
import type { PrunedNetwork } from '../../jobs/pruning/prune-network.ts';
import type { PruningReport } from '../../jobs/pruning/pruning-report.ts';
import type { describeSeenRows } from '../../jobs/seen-rows.ts';
import { type ExitTimes, type TimeExitsOptions, timeExits } from '../../jobs/time-exits.ts';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import { writeOutputFolder } from '../../storage/index.ts';
import type { TrainJobOptions } from './job-options.ts';

/** What was written for one method. */
export interface WrittenBundle {
  readonly method: BundleMethod;
  readonly folder: string;
  readonly bytes: number;
  readonly exits: readonly MadeExit[];
  readonly operatingPoints: readonly StoredOperatingPoint[];
  /** Which exits pay; null where nobody asked. */
  readonly pruning: PruningReport | null;
  /** What leaving at each exit takes; null where no time was asked for. */
  readonly times: Omit<ExitTimes, 'profile'> | null;
}

/** Drops the exits of a method that do not pay. */
export type PruneMethod = (method: BundleMethod) => Promise<PrunedNetwork>;

export interface WriteBundlesOptions
  extends Pick<TrainJobOptions, 'ensemble' | 'budgets' | 'timeBudgets' | 'policy' | 'command'> {
  /** Output folder of each method. */
  readonly folders: ReadonlyMap<BundleMethod, string>;
  readonly networks: readonly TrainedNetwork[];
  readonly calibration: CalibrationTargets;
  readonly labels: readonly string[] | null;
  readonly preprocessing: Preprocessing;
  /** What decided the training. */
  readonly job: Readonly<Record<string, unknown>>;
  /** What bundles remember of the rows that they were made from. */
  readonly seenRows: ReturnType<typeof describeSeenRows>;
  readonly overwrite: boolean;
  /** Null: all exits stay. */
  readonly prune: PruneMethod | null;
  /** How the exits of a bundle are timed. */
  readonly timing: TimeExitsOptions;
}

/** @throws InvalidInputError when the parts do not fit together; StorageError; AbortedError once the signal has fired. */
export async function writeBundles(
  options: WriteBundlesOptions,
  context: JobContext,
): Promise<readonly WrittenBundle[]> {
  const written: WrittenBundle[] = [];
  for (const [method, folder] of options.folders) {
    throwIfAborted(context.signal);
    written.push(await writeBundle(method, folder, options, context));
  }
  return written;
}

async function writeBundle(
  method: BundleMethod,
  folder: string,
  options: WriteBundlesOptions,
  context: JobContext,
): Promise<WrittenBundle> {
  const { networks, ensemble, calibration, prune, job, seenRows, command, budgets, timeBudgets } = options;
  const { targets, measuredAgainst } = calibration;
  const pruned = prune === null ? null : await prune(method);
  const bundle =
    pruned?.bundle ?? assembleBundle({ method, networks, targets, ensemble, onNote: (text) => context.onNote(text) });
  const provenance = {
    ...job,
    seenRows: seenRows.provenance,
    ensemble,
    measuredAgainst,
    command,
    ...(pruned && { pruning: factsOf(pruned.report) }),
  };
  const times = timeBudgets.length === 0 ? null : await timeExits(bundle, pruned, options.timing, context);
  const { files, exits, operatingPoints } = await packBundle(
    { ...bundle, files: new Map([...bundle.files, ...seenRows.files]) },
    {
      ...options,
      provenance,
      times: times === null ? null : { ...times, budgets: timeBudgets },
    },
  );
  const profile = times?.profile ?? pruned?.profile ?? null;
  const all = new Map([
    ...(profile === null ? [] : [[storedProfileName(profile), profileBytes(profile)] as const]),
    ...files,
  ]);
  await writeOutputFolder(folder, all, { overwrite: options.overwrite, signal: context.signal });
  const lost = [
    ...(pruned === null ? [] : budgets.filter((budget) => !operatingPoints.some((point) => point.budget === budget))),
    ...timeBudgets
      .filter((budget) => times !== null && budget < Math.min(...times.exitMilliseconds))
      .map((budget) => `${budget} ms`),
  ];
  if (lost.length > 0) {
    context.onNote(
      `${method}: no limit over the exits keeps the budget(s) ${lost.join(', ')}, so the bundle has none for them.`,
    );
  }
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  return {
    method,
    folder,
    bytes,
    exits,
    operatingPoints: operatingPoints.map(storedOperatingPoint),
    pruning: pruned?.report ?? null,
    times: times === null ? null : withoutProfile(times),
  };
}

function withoutProfile({ exitMilliseconds, batchSize, device }: ExitTimes): Omit<ExitTimes, 'profile'> {
  return { exitMilliseconds, batchSize, device };
}

/** What a bundle's provenance says of its pruning. */
function factsOf({ unit, accuracy, dropped, verdict }: PruningReport): Readonly<Record<string, unknown>> {
  return { unit, accuracy, dropped: dropped.map(({ name }) => name), verdict: verdict.kind };
}
