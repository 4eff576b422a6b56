import { InvalidInputError } from '@ztw/core';
import type { BundleFile, BundleManifest } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import { sha256 } from './sha256.ts';
import { storedOperatingPoint } from './stored-operating-point.ts';

/** The manifest as it is written. */
export function manifestJson(manifest: BundleManifest): string {
  return JSON.stringify({ ...manifest, operatingPoints: manifest.operatingPoints.map(storedOperatingPoint) }, null, 2);
}

/** What the maker of a bundle says; the rest follows from its files. */
export type ManifestContent = Omit<BundleManifest, 'format' | 'version' | 'weights' | 'files'>;

/**
 * Makes the manifest of a bundle and checks it as a reader will: what is written can be read.
 * @param weights Path of the weights among the files; null where there is no IC.
 * @param files Every file but the manifest, by its path.
 * @throws InvalidInputError where the manifest would not be valid; `cause` says why.
 */
export async function createManifest(
  content: ManifestContent,
  weights: string | null,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<BundleManifest> {
  const listed: BundleFile[] = [];
  for (const [path, bytes] of files) listed.push({ path, bytes: bytes.length, sha256: await sha256(bytes) });
  const manifest: BundleManifest = { format: 'ztw-bundle', version: 1, ...content, weights, files: listed };
  try {
    return parseManifest(JSON.parse(manifestJson(manifest)));
  } catch (cause) {
    throw new InvalidInputError(
      `Expected the content of a valid bundle; received one whose manifest is wrong. ${(cause as Error).message}`,
      { cause },
    );
  }
}
