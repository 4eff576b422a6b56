import { InvalidBundleError } from '@ztw/core';
import * as v from 'valibot';
import type { BundleManifest } from './manifest.ts';
import { findContradiction, MANIFEST_PATH } from './manifest-checks.ts';
import { manifestSchema } from './manifest-schema.ts';

const VERSION = 1;

/**
 * Reads a manifest out of parsed JSON: every field of the right kind, no unknown field, no path that leaves the bundle, and
 * no contradiction between fields.
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

/** Before anything else, so that a newer manifest is called newer and not wrong. */
function checkVersion(json: unknown): void {
  const { format, version } = (json ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'ztw-bundle') {
    throw new InvalidBundleError(
      `${MANIFEST_PATH}: format is ${shown(format)}; expected "ztw-bundle". This is not a bundle.`,
    );
  }
  if (version !== VERSION) {
    throw new InvalidBundleError(
      `${MANIFEST_PATH}: version is ${shown(version)}; this release reads version ${VERSION}. Update ztw, or make the bundle again with this release.`,
    );
  }
}

/** Objects are not written out: a stranger's may be nested without end. */
function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(JSON.stringify(value));
}
