// Hashes of the rows that a bundle was made from, so that an evaluation on them is noticed. They are in two small files
// that the provenance names. Readers that do not know them see two more files.

import { type BundleManifest, openBundle } from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import { InvalidBundleError } from '@ztw/core';
import type { SeenRows } from '@ztw/core/evaluation';
import type { TrainingImages } from '../commands/train/training-images.ts';
import { hashRows, type LabelledData, rowHashName } from '../data/index.ts';
import type { JobContext } from '../program/job-context.ts';

/** At most 128 KiB of hashes: thresholds are rarely chosen on more rows. */
const calibrationHashes = 16_384;
/** At most 32 KiB: a sample is enough to notice training rows. */
const trainingHashes = 4096;

const bytesPerHash = 8;
const files = { training: 'seen-rows/training.u64', calibration: 'seen-rows/calibration.u64' } as const;

export type SeenKind = keyof typeof files;

/** null if nothing was trained. */
export interface JobRows {
  readonly training: SeenRows | null;
  readonly calibration: SeenRows;
}

/** Hashes the rows of a job, all or a sample. @throws AbortedError once the signal has fired. */
export async function hashJobRows({ training, heldOut }: TrainingImages, context: JobContext): Promise<JobRows> {
  return {
    training: training === null ? null : await hashForJob(training, context, trainingHashes),
    calibration: await hashForJob(heldOut, context, calibrationHashes),
  };
}

/** Hashes rows and shows progress: decoding images again takes a while. */
export function hashForJob(data: LabelledData, context: JobContext, most: number = data.rows): Promise<SeenRows> {
  return hashRows(data, {
    most,
    signal: context.signal,
    onProgress: (done, total) =>
      context.onProgress({ phase: `Hashing ${data.name}`, done, total, remainingSeconds: null, detail: null }),
  });
}

/** Files for a bundle, and their description in its provenance. */
export function describeSeenRows({ training, calibration }: JobRows): {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly provenance: Readonly<Record<string, unknown>>;
} {
  const kept = [...(training === null ? [] : [['training', training] as const]), ['calibration', calibration] as const];
  return {
    files: new Map(kept.map(([kind, { hashes }]) => [files[kind], bytesOf(hashes)])),
    provenance: {
      hash: rowHashName,
      ...Object.fromEntries(kept.map(([kind, { rows, hashes }]) => [kind, { rows, hashed: hashes.length }])),
    },
  };
}

/**
 * The rows that a bundle was made from.
 * @returns null if the bundle does not record them, or was made without rows of that kind.
 * @throws InvalidBundleError if its files do not match its provenance.
 */
export async function readSeenRows(
  folder: string,
  { provenance }: BundleManifest,
  kind: SeenKind,
): Promise<SeenRows | null> {
  const facts = (provenance.seenRows as Readonly<Record<string, unknown>> | undefined)?.[kind];
  if (facts === undefined) return null;
  const { rows, hashed } = facts as { readonly rows: number; readonly hashed: number };
  const bytes = await (await openBundle(folderReader(folder))).file(files[kind]);
  if (bytes.length !== hashed * bytesPerHash || !(hashed <= rows)) {
    throw new InvalidBundleError(
      `${folder}: expected ${hashed} hashes of ${rows} rows in ${files[kind]}, as the provenance says; received ${bytes.length} bytes. Make the bundle again.`,
      { path: folder },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hashes = BigUint64Array.from({ length: hashed }, (_, row) => view.getBigUint64(row * bytesPerHash, true));
  return { rows, hashes };
}

/** Sorted, little-endian, so that the order of the rows is not revealed. */
function bytesOf(hashes: BigUint64Array): Uint8Array {
  const bytes = new Uint8Array(hashes.length * bytesPerHash);
  const view = new DataView(bytes.buffer);
  hashes.toSorted().forEach((hash, row) => {
    view.setBigUint64(row * bytesPerHash, hash, true);
  });
  return bytes;
}
