import type { BundleManifest, BundleReader } from './manifest.ts';
import { MANIFEST_PATH } from './manifest-checks.ts';
import { type OpenBundleOptions, openBundle, readFrom } from './open-bundle.ts';
import { signManifest } from './signature.ts';

/** What was checked. Everything that is named here holds. */
export interface VerifiedBundle {
  readonly manifest: BundleManifest;
  /** Listed files, each of the listed size and hash. */
  readonly files: number;
  /** Bytes of the listed files. */
  readonly bytes: number;
  /** Whether the manifest has a hash of its own. It is missing in early bundles, whose manifest can be edited unseen. */
  readonly hasOwnHash: boolean;
  /** Whether the signature was checked, which needs a key. */
  readonly isSigned: boolean;
}

/**
 * Reads every file of a bundle, and checks it against the manifest; the manifest against its own hash, and with a key,
 * against the signature.
 *
 *     const { files, isSigned } = await verifyBundle((path) => readFile(`bundle/${path}`), { publicKey });
 *
 * @throws InvalidBundleError naming the first file that is missing, or was changed.
 */
export async function verifyBundle(reader: BundleReader, options: OpenBundleOptions = {}): Promise<VerifiedBundle> {
  const { manifest, file } = await openBundle(reader, options);
  let bytes = 0;
  // One after the other: a bundle may be larger than the memory.
  for (const { path } of manifest.files) bytes += (await file(path)).length;
  return {
    manifest,
    files: manifest.files.length,
    bytes,
    hasOwnHash: manifest.sha256 !== undefined,
    isSigned: options.publicKey !== undefined,
  };
}

/**
 * Signs a bundle after all of its files were checked.
 * @param key From `importSigningKey`.
 * @returns the 64 bytes of the file at `signaturePath`.
 * @throws InvalidBundleError for a damaged bundle.
 */
export async function signBundle(reader: BundleReader, key: CryptoKey): Promise<Uint8Array> {
  const signed = await readFrom(reader, MANIFEST_PATH);
  // The bytes that are checked are those that are signed.
  await verifyBundle(async (path, bytes) => (path === MANIFEST_PATH ? signed : reader(path, bytes)));
  return signManifest(signed, key);
}
