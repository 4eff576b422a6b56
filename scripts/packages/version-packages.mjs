// Versions and changelogs of the next release. Before the first one there is nothing to compare with, so every package
// gets one entry, `.changeset/first-release-<package>.md`, and other changesets are dropped.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root } from './pack-packages.mjs';

/** Version of packages that were never released. Minor changesets make 0.1.0 of it, however many there are. */
const unreleased = '0.0.0';

const changesets = join(root, '.changeset');

if (publishedPackages().every(({ manifest }) => manifest.version === unreleased)) {
  const dropped = readdirSync(changesets).filter((name) => /^(?!first-release-|README).*\.md$/.test(name));
  for (const name of dropped) rmSync(join(changesets, name));
  if (dropped.length > 0) console.log(`First release: left out ${dropped.join(', ')}`);
}
process.exitCode = spawnSync('pnpm', ['exec', 'changeset', 'version'], { cwd: root, stdio: 'inherit' }).status ?? 1;
