// What is wrong with a package as it would be published. Pure functions over its files, so that tests can break them.
import { posix } from 'node:path';
import { noticesFile } from './notices.mjs';

/** The one place of the repository's address. */
export const repositoryUrl = 'https://github.com/ztw-js/ztw';

const scriptsAtInstall = ['preinstall', 'install', 'postinstall', 'prepare'];

/**
 * @param tarball `files`: text by path inside the tarball; `folder`: its folder in the repository.
 * @param inRepository Whether the repository holds a path.
 * @returns one sentence per problem.
 */
export function tarballProblems({ files, folder }, inRepository) {
  const manifestText = files.get('package.json');
  if (manifestText === undefined) return ['package.json is missing.'];
  const manifest = JSON.parse(manifestText);
  return [
    ...missingFiles(files),
    ...foreignFiles(files, manifest),
    ...manifestProblems(manifest, folder),
    ...linkProblems(files.get('README.md') ?? '', inRepository),
    ...noticeProblems(files),
  ];
}

/** @param manifests All published manifests: they are released together. */
export function versionProblems(manifests) {
  const versions = new Set(manifests.map(({ version }) => version));
  if (versions.size === 1) return [];
  const list = manifests.map(({ name, version }) => `${name} ${version}`).join(', ');
  return [`Expected one version of all packages, 0.0.0 before the first release; received ${list}.`];
}

function missingFiles(files) {
  return ['LICENSE', 'README.md'].filter((name) => !files.has(name)).map((name) => `${name} is missing.`);
}

function foreignFiles(files, { files: listed = [] }) {
  const known = ['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md'];
  return [...files.keys()].flatMap((path) => {
    const isListed = listed.some((folder) => path === folder || path.startsWith(`${folder}/`));
    if (!isListed && !known.includes(path)) return [`${path} does not belong into the package.`];
    const isTest = /(^|\/)(__fixtures__|test)\/|\.test(-d)?\.[cm]?[jt]s$/.test(path);
    return isTest ? [`${path} is a test.`] : [];
  });
}

function manifestProblems(manifest, folder) {
  const { description, keywords = [], homepage, repository, license, engines, publishConfig, scripts = {} } = manifest;
  const dependencies = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  const problem = (condition, text) => (condition ? [text] : []);
  return [
    ...problem(license !== 'MIT', `license: expected MIT; received ${license}.`),
    ...problem(!description, 'description is missing.'),
    ...problem(keywords.length === 0, 'keywords are missing.'),
    ...problem(!engines?.node, 'engines.node is missing.'),
    ...problem(publishConfig?.access !== 'public', 'publishConfig.access: expected public.'),
    ...problem(repository?.url !== `git+${repositoryUrl}.git`, `repository.url: expected git+${repositoryUrl}.git.`),
    ...problem(repository?.directory !== folder, `repository.directory: expected ${folder}.`),
    ...problem(homepage !== `${repositoryUrl}/tree/main/${folder}#readme`, 'homepage: expected the README.'),
    ...problem(JSON.stringify(manifest.exports ?? {}).includes('@ztw/source'), 'exports name sources.'),
    ...scriptsAtInstall.filter((name) => scripts[name] !== undefined).map((name) => `the script ${name} would run.`),
    ...Object.entries(dependencies)
      .filter(([, range]) => /^(workspace|link|file):/.test(range))
      .map(([name, range]) => `${name}: expected a version; received ${range}.`),
  ];
}

/** Links must work on npm's page of the package, and those into the repository must lead to a file. */
function linkProblems(readme, inRepository) {
  const targets = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
  return targets.flatMap((target) => {
    if (target.startsWith('#')) return [];
    if (!/^https:\/\//.test(target)) return [`README.md links to ${target}, which npm's page does not have.`];
    const path = /^https:\/\/github\.com\/ztw-js\/ztw(?:\/(?:blob|tree)\/main\/([^#]+))?(?:#.*)?$/.exec(target);
    if (path === null && target.startsWith(repositoryUrl))
      return [`README.md: ${target} is no page of the repository.`];
    if (!path?.[1]) return [];
    return inRepository(posix.normalize(path[1])) ? [] : [`README.md links to ${path[1]}, which does not exist.`];
  });
}

/** Bundlers mark third-party code by its path; its licence has to come along. */
function noticeProblems(files) {
  const notices = files.get(`dist/${noticesFile}`) ?? '';
  const code = [...files].filter(([path]) => /\.[cm]?js$/.test(path)).map(([, text]) => text);
  const bundled = new Set(code.flatMap((text) => [...text.matchAll(regionMark)].map(nameOf)));
  return [...bundled]
    .filter((name) => !new RegExp(`^${name.replaceAll('.', '\\.')} \\d`, 'm').test(notices))
    .map((name) => `It contains ${name}, whose licence is not in dist/${noticesFile}.`);
}

const regionMark = /^\/\/#region .*node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm;

function nameOf(match) {
  return match[1];
}
