import { AbortedError, InvalidBundleError } from '@ztw/core';
import { parseJson } from '@ztw/core/runtime';
import type { Head } from '@ztw/heads';
import { headsFromTensors, headsOfStages } from './head-weights.ts';
import type { BundleFile, BundleManifest, BundleReader } from './manifest.ts';
import { MANIFEST_PATH } from './manifest-checks.ts';
import { checkManifestHash } from './manifest-hash.ts';
import { parseManifest } from './parse-manifest.ts';
import { decodeSafetensors } from './safetensors.ts';
import { sha256 } from './sha256.ts';
import { checkSignature, signaturePath } from './signature.ts';

/** A bundle with a valid manifest. Its files are read and checked on demand. */
export interface Bundle {
  readonly manifest: BundleManifest;
  /**
   * Bytes of one file, checked against the manifest's hash.
   * @throws InvalidBundleError for a path that the manifest does not list, or a file that is missing, truncated or
   *   changed.
   */
  file(path: string): Promise<Uint8Array>;
  /**
   * One list per network: the heads of its ICs, in the order of its stages.
   * @throws InvalidBundleError as `file` does, or if the weights do not fit the heads.
   */
  heads(): Promise<readonly (readonly Head[])[]>;
}

export interface OpenBundleOptions {
  /**
   * Of the maker, from `importPublicKey`. With a key, a bundle opens only with a signature that fits. Default: the
   * signature is not read.
   */
  readonly publicKey?: CryptoKey;
  /** Whether the hashes of files are checked; their sizes always are. Default: true. */
  readonly integrity?: boolean;
}

/**
 * Opens a bundle from a folder, an archive or the network. Runs no code from it.
 * @throws InvalidBundleError for a manifest that is missing, not valid or changed, or, with a key, not signed with it.
 */
export async function openBundle(reader: BundleReader, options: OpenBundleOptions = {}): Promise<Bundle> {
  const { publicKey, integrity = true } = options;
  const bytes = await readFrom(reader, MANIFEST_PATH);
  // Before anything of the file is used.
  if (publicKey !== undefined) await checkSignature(bytes, await readFrom(reader, signaturePath), publicKey);
  const json = parseJson(bytes, notJson);
  const manifest = parseManifest(json);
  if (integrity) await checkManifestHash(json, manifest);
  const file = (path: string): Promise<Uint8Array> => readListedFile(reader, manifest, path, integrity);
  return {
    manifest,
    file,
    heads: async () => {
      if (manifest.weights === null) return headsOfStages(manifest.networks, file);
      return headsFromTensors(manifest.networks, decodeSafetensors(await file(manifest.weights)));
    },
  };
}

async function readListedFile(
  reader: BundleReader,
  manifest: BundleManifest,
  path: string,
  integrity: boolean,
): Promise<Uint8Array> {
  const listed = manifest.files.find((candidate) => candidate.path === path);
  if (listed === undefined) throw new InvalidBundleError(`${path}: the manifest does not list this file.`, { path });
  const bytes = await readFrom(reader, path, listed.bytes);
  await checkBundleFile(listed, bytes, { integrity });
  return bytes;
}

/**
 * Checks the bytes of a file against the manifest.
 * @throws InvalidBundleError for a file that was truncated or changed.
 */
export async function checkBundleFile(
  listed: BundleFile,
  bytes: Uint8Array,
  { integrity = true }: OpenBundleOptions = {},
): Promise<void> {
  const { path } = listed;
  if (bytes.length !== listed.bytes) {
    throw new InvalidBundleError(
      `${path}: ${bytes.length} bytes instead of ${listed.bytes}; the file was truncated or changed. ` +
        'Copy the bundle again.',
      { expected: listed.bytes, received: bytes.length, path },
    );
  }
  if (!integrity) return;
  const hash = await sha256(bytes);
  if (hash !== listed.sha256) {
    throw new InvalidBundleError(
      `${path}: expected the SHA-256 ${listed.sha256}; received ${hash}. The file was changed: copy the bundle again.`,
      { expected: listed.sha256, received: hash, path },
    );
  }
}

/** @throws InvalidBundleError for a file that cannot be read; AbortedError unchanged. */
export async function readFrom(reader: BundleReader, path: string, expectedBytes?: number): Promise<Uint8Array> {
  try {
    return await reader(path, expectedBytes);
  } catch (cause) {
    if (AbortedError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidBundleError(`${path}: the file is missing or cannot be read (${reason}).`, { cause, path });
  }
}

function notJson(reason: string, cause?: unknown): InvalidBundleError {
  return new InvalidBundleError(`${MANIFEST_PATH}: ${reason}; the file was truncated or changed.`, {
    cause,
    path: MANIFEST_PATH,
  });
}
