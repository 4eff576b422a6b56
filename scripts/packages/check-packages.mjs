// Every package as it would be published: its contents, its exports and its types. Needs a build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { packPackages, publishedPackages, root } from './pack-packages.mjs';
import { tarballProblems, versionProblems } from './tarball-problems.mjs';

const packages = publishedPackages();
const temporary = mkdtempSync(join(tmpdir(), 'ztw-packages-'));
let failures = 0;

function fail(message) {
  failures += 1;
  console.error(message);
}

function tool(name, ...args) {
  const { status } = spawnSync('pnpm', ['exec', name, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`${name} ${args.join(' ')} failed`);
}

/** Text of every file in a tarball, by its path in the package. */
function readTarball(path, name) {
  const folder = mkdtempSync(join(temporary, `${name.replace('/', '-')}-`));
  const unpacked = spawnSync('tar', ['-xzf', path, '-C', folder]);
  if (unpacked.status !== 0) throw new Error(`${path} cannot be unpacked: ${unpacked.stderr}`);
  const inside = join(folder, 'package');
  const entries = readdirSync(inside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(inside, file).split(sep).join('/'), readFileSync(file, 'utf8')];
    }),
  );
}

try {
  const tarballs = packPackages(join(temporary, 'tarballs'));
  for (const { name, folder, manifest } of packages) {
    console.log(`-- ${name}`);
    const tarball = tarballs.get(name);
    const files = readTarball(tarball, name);
    const subject = { files, folder: relative(root, folder).split(sep).join('/') };
    for (const problem of tarballProblems(subject, (path) => existsSync(join(root, path)))) fail(`${name}: ${problem}`);
    tool('publint', 'run', '--strict', tarball);
    // A command has no entry that could be imported.
    if (Object.keys(manifest.exports).some((entry) => entry !== './package.json')) {
      tool('attw', '--profile', 'esm-only', '--format', 'ascii', '--quiet', tarball);
    }
  }
  for (const problem of versionProblems(packages.map(({ manifest }) => manifest))) fail(problem);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
console.log(`${packages.length} packages, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
