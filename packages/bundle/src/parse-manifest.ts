import { InvalidBundleError } from '@ztw/core';
import * as v from 'valibot';
import type { BundleManifest } from './manifest.ts';
import { findContradiction, MANIFEST_PATH } from './manifest-checks.ts';
import { manifestSchema } from './manifest-schema.ts';

const VERSION = 1;

/**
 * Reads a manifest out of parsed JSON: every field of the right kind, no unknown field, no path that leaves the bundle,
 * and no contradiction between fields.
 * @throws InvalidBundleError naming the first field that is wrong, or the version that is not known.
 */
export function parseManifest(json: unknown): BundleManifest {
  checkVersion(json);
  const result = v.safeParse(manifestSchema, json, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const reason = issue.expected === 'never' ? 'A field that version 1 does not have' : issue.message;
    throw new InvalidBundleError(`${MANIFEST_PATH}: ${v.getDotPath(issue) ?? 'the whole'}: ${reason}.`);
  }
  const contradiction = findContradiction(result.output);
  if (contradiction !== null) throw new InvalidBundleError(`${MANIFEST_PATH}: ${contradiction}.`);
  return result.output;
}

/** Checked first, so that the error for a newer manifest says that it is newer. */
function checkVersion(json: unknown): void {
  const { format, version } = (json ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'ztw-bundle') {
    throw new InvalidBundleError(
      `${MANIFEST_PATH}: expected the format "ztw-bundle"; received ${shown(format)}. This is not a bundle.`,
      { expected: 'ztw-bundle', received: shown(format), path: `${MANIFEST_PATH}: format` },
    );
  }
  if (version !== VERSION) {
    throw new InvalidBundleError(
      `${MANIFEST_PATH}: expected version ${VERSION}; received ${shown(version)}. Update ztw, or make the bundle again with this release.`,
      { expected: VERSION, received: shown(version), path: `${MANIFEST_PATH}: version` },
    );
  }
}

/** Objects are not printed, because those of untrusted files may be nested very deeply. */
function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(JSON.stringify(value));
}
