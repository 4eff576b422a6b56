import { InvalidBundleError } from '@ztw/core';
import { canonicalJson } from './canonical-json.ts';
import type { BundleManifest } from './manifest.ts';
import { MANIFEST_PATH } from './manifest-checks.ts';
import { sha256 } from './sha256.ts';

/**
 * The manifest's own hash: SHA-256 of its canonical JSON (RFC 8785) without the field `sha256`, as lower-case hex.
 * @param json The manifest as `JSON.parse` returns it.
 */
export async function manifestHash(json: unknown): Promise<string> {
  const { sha256: _own, ...content } = json as Readonly<Record<string, unknown>>;
  return sha256(new TextEncoder().encode(canonicalJson(content)));
}

/**
 * Compares the manifest with its own hash, if it has one.
 * @throws InvalidBundleError for a manifest that was changed afterwards.
 */
export async function checkManifestHash(json: unknown, { sha256: expected }: BundleManifest): Promise<void> {
  if (expected === undefined) return;
  const received = await manifestHash(json);
  if (received === expected) return;
  throw new InvalidBundleError(
    `${MANIFEST_PATH}: expected the SHA-256 ${expected}; received ${received}. The manifest was changed: ` +
      'copy the bundle again.',
    { expected, received, path: MANIFEST_PATH },
  );
}
