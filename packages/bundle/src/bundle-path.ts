// Paths come from untrusted files and are used on file systems and servers of every kind. So only names that mean the
// same everywhere are allowed, instead of excluding those that are known to be dangerous.

const SEGMENT = '[A-Za-z0-9_][A-Za-z0-9._-]*';
const BUNDLE_PATH: RegExp = new RegExp(`^${SEGMENT}(/${SEGMENT})*$`);

/**
 * True for a path that stays inside a bundle: names of letters, digits, `.`, `_` and `-`, separated by `/`.
 * A name starts with a letter, a digit or `_`, so there is no `..`, no absolute path, no drive, URL, escape or hidden
 * file.
 */
export function isBundlePath(path: string): boolean {
  return BUNDLE_PATH.test(path);
}
