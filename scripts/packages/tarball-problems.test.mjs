import { describe, expect, it } from 'vitest';
import { tarballProblems, versionProblems } from './tarball-problems.mjs';

const manifest = {
  name: '@ztw/sample',
  version: '0.1.0',
  description: 'A sample',
  keywords: ['early-exit'],
  homepage: 'https://github.com/ztw-js/ztw/tree/main/packages/sample#readme',
  repository: { type: 'git', url: 'git+https://github.com/ztw-js/ztw.git', directory: 'packages/sample' },
  license: 'MIT',
  engines: { node: '>=20.19' },
  publishConfig: { access: 'public' },
  files: ['dist'],
  exports: { '.': './dist/index.js' },
  dependencies: { '@ztw/core': '^0.1.0' },
};

/** Problems of a faultless package with some files and fields replaced. */
function problems({ files = {}, fields = {} } = {}) {
  const all = {
    LICENSE: 'MIT License',
    'README.md': 'See [core](https://github.com/ztw-js/ztw/tree/main/packages/core).',
    'dist/index.js': '//#region src/index.ts\n',
    'package.json': JSON.stringify({ ...manifest, ...fields }),
    ...files,
  };
  const present = new Map(Object.entries(all).filter(([, text]) => text !== undefined));
  return tarballProblems({ files: present, folder: 'packages/sample' }, (path) => path === 'packages/core');
}

describe('tarballProblems', () => {
  it('finds none in a faultless package', () => {
    expect(problems()).toEqual([]);
  });

  it.each([
    ['a missing licence', { files: { LICENSE: undefined } }, /LICENSE is missing/],
    ['a missing README', { files: { 'README.md': undefined } }, /README\.md is missing/],
    ['a file outside of dist', { files: { 'src/index.ts': '' } }, /src\/index\.ts does not belong/],
    ['a test', { files: { 'dist/a.test.js': '' } }, /is a test/],
    ['another licence', { fields: { license: 'ISC' } }, /expected MIT; received ISC/],
    ['no keywords', { fields: { keywords: [] } }, /keywords/],
    ['another repository', { fields: { repository: { ...manifest.repository, url: 'x' } } }, /repository\.url/],
    [
      'the wrong folder',
      { fields: { repository: { ...manifest.repository, directory: 'x' } } },
      /expected packages\/sam/,
    ],
    ['sources in exports', { fields: { exports: { '.': { '@ztw/source': './src/index.ts' } } } }, /name sources/],
    ['an install script', { fields: { scripts: { postinstall: 'node x.js' } } }, /postinstall would run/],
    ['a workspace range', { fields: { dependencies: { '@ztw/core': 'workspace:^' } } }, /expected a version/],
    ['a relative link', { files: { 'README.md': '[a](../../README.md)' } }, /npm's page does not have/],
    [
      'a dead link',
      { files: { 'README.md': '[a](https://github.com/ztw-js/ztw/blob/main/gone.md)' } },
      /gone\.md, which does not exist/,
    ],
    [
      'bundled code without its licence',
      { files: { 'dist/index.js': '//#region ../../node_modules/.pnpm/left@1.0.0/node_modules/@a/left/index.js\n' } },
      /contains @a\/left/,
    ],
  ])('finds %s', (_what, change, message) => {
    expect(problems(change)).toEqual([expect.stringMatching(message)]);
  });

  it('accepts bundled code whose licence is there', () => {
    const files = {
      'dist/index.js': '//#region ../node_modules/.pnpm/left@1.0.0/node_modules/left/index.js\n',
      'dist/THIRD-PARTY-NOTICES.txt': 'left 1.0.0, MIT\n',
    };
    expect(problems({ files })).toEqual([]);
  });
});

describe('versionProblems', () => {
  it('refuses packages of several versions', () => {
    expect(versionProblems([manifest, { ...manifest, name: 'b' }])).toEqual([]);
    expect(versionProblems([manifest, { name: 'b', version: '0.0.0' }])).toEqual([expect.stringMatching(/b 0\.0\.0/)]);
  });
});
