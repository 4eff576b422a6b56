import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptedInstallScripts, installScriptProblems, packagesWithInstallScripts } from './install-scripts.mjs';
import { root } from './pack-packages.mjs';

const folders = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A store of pnpm with one package. */
function storeWith(name, manifest, files = []) {
  const store = mkdtempSync(join(tmpdir(), 'ztw-store-'));
  folders.push(store);
  const folder = join(store, `${name.replace('/', '+')}@1.0.0`, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  for (const file of files) writeFileSync(join(folder, file), '');
  return store;
}

describe('install scripts', () => {
  it('are those that were accepted, of all installed packages', () => {
    const found = packagesWithInstallScripts(join(root, 'node_modules', '.pnpm'));
    expect(installScriptProblems(found, acceptedInstallScripts)).toEqual([]);
  });

  it('run for no package in this workspace', () => {
    const settings = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
    for (const name of Object.keys(acceptedInstallScripts))
      expect(settings).toMatch(new RegExp(`^  ${name}: false$`, 'm'));
  });

  it.each([
    ['a script', { scripts: { postinstall: 'node x.js' } }, [], ['@a/b']],
    ['native code', {}, ['binding.gyp'], ['@a/b']],
    ['native code that is built elsewhere', { gypfile: false }, ['binding.gyp'], []],
    ['other scripts only', { scripts: { test: 'x' } }, [], []],
  ])('are found by %s', (_what, manifest, files, expected) => {
    expect(packagesWithInstallScripts(storeWith('@a/b', manifest, files))).toEqual(expected);
  });

  it('are a problem where one is new, and where one is gone', () => {
    const accepted = { old: { why: 'x', reaches: 'y' } };
    expect(installScriptProblems(['old'], accepted)).toEqual([]);
    expect(installScriptProblems(['old', 'new'], accepted)).toEqual([expect.stringMatching(/^new runs a script/)]);
    expect(installScriptProblems([], accepted)).toEqual([expect.stringMatching(/^old is accepted/)]);
  });
});
