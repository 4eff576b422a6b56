// Dependencies with code that runs when they are installed, and why each is accepted. Such code runs with the user's
// rights, so that a new one has to be noticed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `reaches`: whether somebody who installs our packages installs it too. */
export const acceptedInstallScripts = {
  'onnxruntime-node': {
    reaches: 'users of the command, optionally',
    why: 'it fetches CUDA libraries on Linux x64; the CPU runtime is in the package and needs no script',
  },
  sharp: {
    reaches: 'users of the command',
    why: 'it builds libvips from source only where no prebuilt binary exists; otherwise it does nothing',
  },
  protobufjs: {
    reaches: 'users who install onnxruntime-web',
    why: 'it prints a warning about version ranges; nothing depends on it',
  },
  esbuild: { reaches: 'developers', why: 'it replaces its launcher by the native binary to start faster' },
};

const scripts = ['preinstall', 'install', 'postinstall'];

/**
 * @param store pnpm's folder of all installed packages, `node_modules/.pnpm`.
 * @returns names of packages that run code when installed, sorted, without duplicates.
 */
export function packagesWithInstallScripts(store) {
  const found = new Set();
  for (const entry of readdirSync(store)) {
    const modules = join(store, entry, 'node_modules');
    if (!existsSync(modules)) continue;
    for (const name of packageNames(modules)) if (runsCode(join(modules, name))) found.add(name);
  }
  return [...found].sort();
}

/** @returns one sentence per difference between what is installed and what is accepted. */
export function installScriptProblems(found, accepted) {
  return [
    ...found
      .filter((name) => accepted[name] === undefined)
      .map((name) => `${name} runs a script when it is installed. Do without it, or accept it here with the reason.`),
    ...Object.keys(accepted)
      .filter((name) => !found.includes(name))
      .map((name) => `${name} is accepted, but no longer installed or without a script. Remove it here.`),
  ];
}

function packageNames(modules) {
  return readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`) : [name],
  );
}

/** npm also builds a package that has a `binding.gyp` and no script. */
function runsCode(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return false;
  const { scripts: own = {}, gypfile } = JSON.parse(readFileSync(file, 'utf8'));
  return (
    scripts.some((name) => own[name] !== undefined) || (existsSync(join(folder, 'binding.gyp')) && gypfile !== false)
  );
}
