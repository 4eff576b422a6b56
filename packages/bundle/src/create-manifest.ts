import { InvalidInputError } from '@ztw/core';
import type { BundleFile, BundleManifest } from './manifest.ts';
import { MANIFEST_PATH } from './manifest-checks.ts';
import { manifestHash } from './manifest-hash.ts';
import { parseManifest } from './parse-manifest.ts';
import { sha256 } from './sha256.ts';
import { storedOperatingPoint } from './stored-operating-point.ts';

/** The manifest as the JSON of its file. */
export function manifestJson(manifest: BundleManifest): string {
  return JSON.stringify({ ...manifest, operatingPoints: manifest.operatingPoints.map(storedOperatingPoint) }, null, 2);
}

/** The fields that the caller provides; the others are computed from the files. */
export type ManifestContent = Omit<BundleManifest, 'format' | 'version' | 'weights' | 'files' | 'sha256'>;

/**
 * Makes the manifest of a bundle and checks it as a reader does, so that what is written can be read.
 * @param weights Path of a weights file for all heads; null without ICs, and where the stages' weights hold them.
 * @param files Every file except the manifest, by path.
 * @throws InvalidInputError if the manifest would not be valid; `cause` says why.
 */
export async function createManifest(
  content: ManifestContent,
  weights: string | null,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<BundleManifest> {
  const listed: BundleFile[] = [];
  for (const [path, bytes] of files) listed.push({ path, bytes: bytes.length, sha256: await sha256(bytes) });
  const manifest: BundleManifest = { format: 'ztw-bundle', version: 2, ...content, weights, files: listed };
  try {
    const json = JSON.parse(manifestJson(manifest));
    return parseManifest({ ...json, sha256: await manifestHash(json) });
  } catch (cause) {
    throw new InvalidInputError(
      `Expected the content of a valid bundle; received one whose manifest is wrong. ${(cause as Error).message}`,
      { cause, path: MANIFEST_PATH },
    );
  }
}
