// One name has one meaning in the whole project: what two packages export under the same name is the same definition.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const packagesFolder = fileURLToPath(new URL('../../', import.meta.url));

/** Names that two runtimes define on purpose: each keeps the same contract, and a program imports one of the two. */
const sameContract = [
  'LoadBundleOptions',
  'LoadNetworkOptions',
  'LoadStagedModelOptions',
  'loadBundle',
  'loadNetwork',
  'loadStagedModel',
];

interface Entry {
  /** `@ztw/core/runtime` */
  readonly specifier: string;
  readonly file: string;
  /** Its other forms: for Node. */
  readonly others: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<
    Record<string, string | Readonly<Record<string, string | Readonly<Record<string, string>>>>>
  >;
}

function packageEntries(): readonly Entry[] {
  const entries: Entry[] = [];
  for (const folder of readdirSync(packagesFolder)) {
    const manifestFile = join(packagesFolder, folder, 'package.json');
    if (!existsSync(manifestFile)) continue;
    const { name, exports } = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
    for (const [subpath, target] of Object.entries(exports)) {
      const conditions = typeof target === 'string' ? undefined : target['@ztw/source'];
      // An entry may have another form in Node.
      const forms = typeof conditions === 'object' ? Object.values(conditions) : [conditions];
      const [file, ...others] = forms
        .filter((source) => source !== undefined)
        .map((source) => join(packagesFolder, folder, source));
      if (file !== undefined) entries.push({ specifier: `${name}${subpath.slice(1)}`, file, others });
    }
  }
  return entries;
}

/**
 * What an entry exports: the name, and the specifier and name it comes from. An entry only re-exports, each name in
 * braces.
 */
function reexports(
  file: string,
): readonly { readonly name: string; readonly original: string; readonly from: string }[] {
  const text = readFileSync(file, 'utf8').replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, '');
  const statement = /export\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'([^']+)';/g;
  const rest = text.replace(statement, '').trim();
  if (rest !== '') throw new Error(`Expected only named re-exports in ${file}; received ${rest.slice(0, 80)}.`);
  return [...text.matchAll(statement)].flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map((part) => part.trim().replace(/^type\s+/, ''))
      .filter((part) => part !== '')
      .map((part) => {
        const [original = '', name = original] = part.split(/\s+as\s+/);
        return { name, original, from };
      }),
  );
}

/** The file and the name of a definition, found through files that re-export it. */
function definitionOf(entries: readonly Entry[], file: string, original: string, from: string): string {
  const entry = entries.find(({ specifier }) => specifier === from);
  const target = entry?.file ?? resolve(dirname(file), from);
  const text = readFileSync(target, 'utf8');
  const isDefined = new RegExp(
    `^export\\s+(?:abstract\\s+|async\\s+)*(?:function\\*?|const|class|interface|type)\\s+${original}\\b`,
    'm',
  ).test(text);
  if (isDefined) return `${relative(packagesFolder, target)} ${original}`;
  const next = reexports(target).find(({ name }) => name === original);
  if (next === undefined) throw new Error(`Expected a definition of ${original} in ${target}.`);
  return definitionOf(entries, target, next.original, next.from);
}

/** All definitions behind each exported name. */
function definitionsByName(): ReadonlyMap<string, ReadonlySet<string>> {
  const entries = packageEntries();
  const definitions = new Map<string, Set<string>>();
  for (const { file } of entries) {
    for (const { name, original, from } of reexports(file)) {
      const known = definitions.get(name) ?? new Set();
      definitions.set(name, known.add(definitionOf(entries, file, original, from)));
    }
  }
  return definitions;
}

test('every package has entries with names', () => {
  const entries = packageEntries();
  expect(entries.map(({ specifier }) => specifier)).toEqual(
    expect.arrayContaining(['@ztw/core', '@ztw/core/runtime', '@ztw/bundle', '@ztw/training/onnx']),
  );
  for (const { file } of entries) expect(reexports(file), file).not.toEqual([]);
});

test('no name has two definitions, but for contracts that both runtimes keep', () => {
  const ambiguous = [...definitionsByName()].filter(([, definitions]) => definitions.size > 1).map(([name]) => name);
  expect(ambiguous.sort()).toEqual(sameContract);
});

test('what moved to a subpath of core is not in its main entry as well', () => {
  const core = packageEntries().filter(({ specifier }) => /^@ztw\/core(\/|$)/.test(specifier));
  const names = core.flatMap(({ file }) => reexports(file).map(({ name }) => name));
  expect(names.length).toBe(new Set(names).size);
});

test('all forms of an entry export the same names', () => {
  const namesOf = (file: string) =>
    reexports(file)
      .map(({ name }) => name)
      .sort();
  const several = packageEntries().filter(({ others }) => others.length > 0);
  expect(several.map(({ specifier }) => specifier)).toContain('ztw');
  for (const { file, others } of several) {
    for (const other of others) expect(namesOf(other)).toEqual(namesOf(file));
  }
});
