// A made bundle into its folder.

import type { BundleReport, MadeBundle } from '@ztw/training/onnx';
import { profileBytes, storedProfileName } from '../../bundle/device-profile-file.ts';
import { formatPercent } from '../../output/format.ts';
import type { JobContext } from '../../program/job-context.ts';
import { writeOutputFolder } from '../../storage/index.ts';

/** What was written for one method. */
export interface WrittenBundle extends Pick<BundleReport, 'exits' | 'operatingPoints' | 'pruning' | 'times'> {
  readonly method: MadeBundle['method'];
  readonly folder: string;
  /** Of its own files, the profile not counted. */
  readonly bytes: number;
}

/**
 * Writes a bundle, with the times of its stages where they were measured.
 * @throws StorageError; AbortedError once the signal has fired.
 */
export async function writeBundle(
  { method, files, profile, report }: MadeBundle,
  folder: string,
  overwrite: boolean,
  context: JobContext,
): Promise<WrittenBundle> {
  const all = new Map([
    ...(profile === null ? [] : [[storedProfileName(profile), profileBytes(profile)] as const]),
    ...files,
  ]);
  await writeOutputFolder(folder, all, { overwrite, signal: context.signal });
  const { budgets, timeBudgets } = report.unreachable;
  const lost = [...budgets, ...timeBudgets.map((budget) => `${budget} ms`)];
  if (lost.length > 0) {
    const cheapest = formatPercent(Math.min(...report.exits.map(({ share }) => share)));
    context.onNote(
      `${method}: no limit over the exits keeps the budget(s) ${lost.join(', ')}, so the bundle has none for them. The cheapest exit costs ${cheapest} of the MACs.`,
    );
  }
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  const { exits, operatingPoints, pruning, times } = report;
  return { method, folder, bytes, exits, operatingPoints, pruning, times };
}
