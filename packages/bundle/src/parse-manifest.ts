import { InvalidBundleError } from '@ztw/core';
import * as v from 'valibot';
import type { BundleManifest } from './manifest.ts';
import { findContradiction, MANIFEST_PATH } from './manifest-checks.ts';
import { manifestSchema } from './manifest-schema.ts';

/** Versions that this release reads; it writes the last one. */
const VERSIONS: readonly unknown[] = [1, 2];

/**
 * Reads a manifest from parsed JSON. Checks the type of every field and the relations between fields; refuses unknown
 * fields and paths outside the bundle.
 * @throws InvalidBundleError naming the first wrong field, or an unknown version.
 */
export function parseManifest(json: unknown): BundleManifest {
  checkVersion(json);
  const result = v.safeParse(manifestSchema, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const place = v.getDotPath(issue) ?? 'the top level';
    const reason = issue.expected === 'never' ? 'A field that this version does not have' : issue.message;
    throw new InvalidBundleError(`${MANIFEST_PATH}: ${place}: ${reason}.`, {
      expected: issue.expected,
      received: issue.received,
      path: `${MANIFEST_PATH}: ${place}`,
    });
  }
  const contradiction = findContradiction(result.output);
  if (contradiction !== null) {
    throw new InvalidBundleError(`${MANIFEST_PATH}: ${contradiction}.`, { path: MANIFEST_PATH });
  }
  return result.output;
}

/** The version is checked first, so that the error for a newer manifest names its version. */
function checkVersion(json: unknown): void {
  const { format, version } = (json ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'ztw-bundle') {
    throw new InvalidBundleError(
      `${MANIFEST_PATH}: expected the format "ztw-bundle"; received ${shown(format)}. This is not a bundle.`,
      { expected: 'ztw-bundle', received: shown(format), path: `${MANIFEST_PATH}: format` },
    );
  }
  if (!VERSIONS.includes(version)) {
    throw new InvalidBundleError(
      `${MANIFEST_PATH}: expected version ${VERSIONS.join(' or ')}; received ${shown(version)}. ` +
        'Update ztw, or make the bundle again with this release.',
      { expected: VERSIONS, received: shown(version), path: `${MANIFEST_PATH}: version` },
    );
  }
}

/** Objects are not printed, because those of untrusted files may be nested very deeply. */
function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(JSON.stringify(value));
}
