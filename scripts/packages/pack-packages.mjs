// Packs every package that is published, as npm would get it. Needs a build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The packages of the workspace that are published.
 * @returns `{ name, folder, manifest }`; the folder is absolute.
 */
export function publishedPackages() {
  return ['packages', 'apps', 'examples'].flatMap((group) => {
    const names = readdirSync(join(root, group)).filter((name) => existsSync(join(root, group, name, 'package.json')));
    return names
      .map((name) => {
        const folder = join(root, group, name);
        const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        return { name: manifest.name, folder, manifest };
      })
      .filter(({ manifest }) => manifest.private !== true);
  });
}

/**
 * @param destination Folder for the tarballs; it is made if it does not exist.
 * @returns the tarballs, by the name of the package.
 * @throws Error if a package cannot be packed.
 */
export function packPackages(destination) {
  mkdirSync(destination, { recursive: true });
  const tarballs = new Map();
  for (const { name, folder } of publishedPackages()) {
    const packed = spawnSync('pnpm', ['pack', '--json', '--pack-destination', destination], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (packed.status !== 0) throw new Error(`${name} cannot be packed: ${packed.stderr}${packed.stdout}`);
    tarballs.set(name, JSON.parse(packed.stdout).filename);
  }
  return tarballs;
}
