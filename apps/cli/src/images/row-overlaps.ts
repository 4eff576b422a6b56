// Rows that are used twice: reported although thresholds were chosen or ICs trained on them, or calibration rows that were trained on.

import type { BundleManifest } from '@ztw/bundle';
import { type RowOverlap, rowOverlap, type SeenRows, type SettingsOrigin } from '@ztw/core/evaluation';
import type { LabelledData } from '../data/index.ts';
import { dataFingerprint } from './data-fingerprint.ts';
import { type JobRows, readSeenRows, type SeenKind } from './seen-rows.ts';

export interface CheckOverlapsOptions {
  readonly folder: string;
  readonly manifest: BundleManifest;
  readonly reported: LabelledData;
  /** Rows on which this evaluation chooses settings; null for none. */
  readonly calibration: LabelledData | null;
  /** Hashes all rows of a data set. */
  readonly hash: (data: LabelledData) => Promise<SeenRows>;
}

export interface Overlaps {
  /** What a reader of the report should know. */
  readonly cautions: readonly string[];
  readonly settings: SettingsOrigin;
}

/**
 * Looks for the reported rows among those that a bundle was made from, and those that settings are chosen on now.
 * @throws InvalidBundleError, AbortedError.
 */
export async function checkOverlaps(options: CheckOverlapsOptions): Promise<Overlaps> {
  const { folder, manifest, reported, calibration, hash } = options;
  const { hashes } = await hash(reported);
  const thresholds = await bundleOverlap('calibration', options, hashes);
  const trained = await bundleOverlap('training', options, hashes);
  const chosen = calibration === null ? null : rowOverlap(hashes, await hash(calibration));
  const caution = (overlap: RowOverlap | null, purpose: string, effect: string): readonly string[] =>
    overlap === null || overlap.rows === 0
      ? []
      : [
          `Caution: ${amount(overlap)} of the ${count(reported.rows)} reported rows of ${reported.name} are among the rows that ${purpose}, so ${effect}.`,
        ];
  return {
    cautions: [
      ...caution(
        thresholds,
        `the thresholds${manifest.ensemble === null ? '' : ' and the ensemble'} of ${folder} were chosen on`,
        'accuracies at budgets come out too good',
      ),
      ...caution(
        trained,
        `the internal classifiers of ${folder} were trained on`,
        'accuracies of early exits come out too good',
      ),
      ...caution(chosen, 'settings are chosen on here', 'accuracies at budgets come out too good'),
    ],
    settings: originOf([thresholds, ...(chosen === null ? [] : [chosen])]),
  };
}

/** What all bundles of a report have in common. */
export function commonOrigin(origins: readonly SettingsOrigin[]): SettingsOrigin {
  const overlapping = origins.flatMap((origin) => (origin.kind === 'overlapping-rows' ? [origin] : []));
  const [most] = overlapping.toSorted((left, right) => right.rows - left.rows);
  return most ?? origins.find((origin) => origin.kind === 'unknown-rows') ?? { kind: 'other-rows' };
}

/** A caution where the calibration rows of a job are training rows as well; null where they are not. */
export function trainedCalibrationCaution({ training, calibration }: JobRows): string | null {
  if (training === null) return null;
  const found = rowOverlap(calibration.hashes, training);
  if (found.rows === 0) return null;
  const asked =
    calibration.hashes.length < calibration.rows ? ` (of a sample of ${count(calibration.hashes.length)})` : '';
  return `Caution: ${amount(found)} of the ${count(calibration.rows)} calibration rows${asked} are among the training rows, so ensemble and thresholds come out too bold. Leave --calibration-data out to hold rows out of --data, or give other rows.`;
}

/** Null where the bundle does not tell. */
async function bundleOverlap(
  kind: SeenKind,
  { folder, manifest, reported }: CheckOverlapsOptions,
  hashes: BigUint64Array,
): Promise<RowOverlap | null> {
  const seen: SeenRows | null = await readSeenRows(folder, manifest, kind);
  if (seen !== null) return rowOverlap(hashes, seen);
  // Older bundles know only a fingerprint of the whole: the same rows in the same order are recognised.
  const facts = manifest.provenance[`${kind}Data`] as { readonly fingerprint?: unknown } | null | undefined;
  if (typeof facts?.fingerprint !== 'string') return null;
  return facts.fingerprint === (await dataFingerprint(reported)) ? { rows: reported.rows, isExact: true } : null;
}

function originOf(overlaps: readonly (RowOverlap | null)[]): SettingsOrigin {
  const known = overlaps.filter((overlap) => overlap !== null);
  const [most] = known.filter(({ rows }) => rows > 0).toSorted((left, right) => right.rows - left.rows);
  if (most !== undefined) return { kind: 'overlapping-rows', ...most };
  return known.length === overlaps.length && known.every(({ isExact }) => isExact)
    ? { kind: 'other-rows' }
    : { kind: 'unknown-rows' };
}

function amount({ rows, isExact }: RowOverlap): string {
  return isExact ? count(rows) : `about ${count(rows)}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
