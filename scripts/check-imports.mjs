// Checks imports: no circles between files, and packages import only packages of lower levels. Type imports count too.
// Exceptions are listed below with their reasons. An exception that is no longer needed is a failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** From the bottom to the top: a package may import packages in the lines above its own. */
const levels = [
  ['packages/core', 'packages/example-fashion'],
  ['packages/heads', 'packages/ensemble', 'packages/program'],
  ['packages/bundle'],
  ['packages/onnx-graph'],
  ['packages/training', 'packages/runtime-onnx', 'packages/runtime-tfjs'],
  ['packages/ztw'],
  ['apps/cli', 'apps/bench', 'apps/demo', 'apps/fuzz'],
];

/** Packages that code reachable from a file must not import: training on other backbones must not load ONNX. */
const unreachable = [{ entry: 'packages/training/src/index.ts', target: 'packages/onnx-graph' }];

/** Allowed exceptions: imports of the package `to` from files below `from`. */
const exceptions = [
  { from: 'apps/demo/src/build', to: 'apps/cli', why: 'the page shows test images as the command reads them' },
  { from: 'apps/bench/src', to: 'apps/cli', why: 'benchmarks read data and combine exits as the command does' },
  { from: 'apps/bench/src', to: 'packages/core', why: 'benchmarks in a browser are served as browser tests are' },
  { from: 'apps/bench/src', to: 'packages/runtime-onnx', why: 'benchmarks run on the networks of the tests' },
  {
    from: 'apps/bench/src/safe-fit',
    to: 'packages/ensemble',
    why: 'the stored logits are read as its tests read them',
  },
  {
    from: 'apps/bench/src/networks',
    to: 'packages/onnx-graph',
    why: 'networks are written by the builder of emitted stages',
  },
  { from: 'apps/bench/src/kernels.ts', to: 'packages/runtime-tfjs', why: 'a kernel is timed alone' },
  { from: 'apps/bench/src/first-answer.ts', to: 'packages/runtime-tfjs', why: 'its binaries are served as in tests' },
  { from: 'apps/bench/src', to: 'packages/ztw', why: 'classifiers are timed on the bundle of the tests' },
  { from: 'apps/fuzz/src', to: 'apps/cli', why: 'readers of data and the command itself are fuzzed' },
  { from: 'apps/fuzz/src', to: 'packages/training', why: 'readers of checkpoints are fuzzed' },
  { from: 'apps/fuzz/src', to: 'packages/bundle', why: 'inputs are changed samples of the tests' },
  { from: 'apps/fuzz/src', to: 'packages/onnx-graph', why: 'inputs are changed samples of the tests' },
  { from: 'apps/fuzz/src', to: 'packages/program', why: 'inputs are changed samples of the tests' },
  { from: 'apps/fuzz/src', to: 'packages/runtime-onnx', why: 'inputs are changed samples of the tests' },
  { from: 'apps/fuzz/src', to: 'packages/runtime-tfjs', why: 'inputs are changed samples of the tests' },
];

/** Known circles that still have to be removed, as lists of files. */
const knownCircles = [];

const packageNames = levels.flat();
const levelOf = (name) => levels.findIndex((level) => level.includes(name));
const packageOf = (file) => packageNames.find((name) => file.startsWith(`${name}/`));
const isTest = (file) => /\.test(-d)?\.ts$|\/__fixtures__\/|\/test\//.test(file);

/** Every file of a package with its imports: files by path, other packages by name. */
function readImports() {
  const files = new Map();
  for (const name of packageNames) {
    for (const folder of ['src', 'test'].map((part) => join(root, name, part)).filter(existsSync)) {
      for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!entry.endsWith('.ts')) continue;
        const path = join(folder, entry);
        const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'));
        const targets = importedFiles
          .map(({ fileName }) => targetOf(path, fileName))
          .filter((target) => target !== null);
        files.set(relative(root, path), targets);
      }
    }
  }
  return files;
}

function targetOf(path, specifier) {
  if (specifier.startsWith('.')) {
    const file = relative(root, resolve(dirname(path), specifier));
    return { file, package: packageOf(file), isRelative: true };
  }
  const name = packageNames.find((folder) => {
    const own = folder === 'packages/ztw' ? 'ztw' : `@ztw/${folder.split('/')[1]}`;
    return specifier === own || specifier.startsWith(`${own}/`);
  });
  return name === undefined ? null : { file: null, package: name, isRelative: false };
}

/** One message per import that breaks the levels or reaches into another package's files. */
function checkDirections(files) {
  const used = new Set();
  const messages = [];
  for (const [file, targets] of files) {
    if (isTest(file)) continue;
    const own = packageOf(file);
    for (const target of targets) {
      if (target.package === own) continue;
      const goesDown = target.package !== undefined && levelOf(target.package) < levelOf(own);
      if (goesDown && !target.isRelative) continue;
      const exception = exceptions.find(({ from, to }) => file.startsWith(from) && target.package === to);
      used.add(exception);
      if (exception !== undefined) continue;
      const rule = goesDown ? 'by its file instead of its name' : 'which is not below it';
      messages.push(`${file} imports ${target.file ?? target.package}, ${rule}`);
    }
  }
  for (const exception of exceptions.filter((each) => !used.has(each))) {
    messages.push(`the exception from ${exception.from} to ${exception.to} is no longer needed; remove it`);
  }
  return messages;
}

/** Files that a file imports, directly or indirectly. It includes the file itself only if it is in a circle. */
function reachable(files, start) {
  const found = new Set();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const target of files.get(file) ?? []) {
      if (target.file === null || found.has(target.file)) continue;
      found.add(target.file);
      open.push(target.file);
    }
  }
  return found;
}

function checkReach(files) {
  return unreachable.flatMap(({ entry, target }) => {
    const reached = [entry, ...reachable(files, entry)];
    const wrong = reached.filter((file) => files.get(file)?.some((each) => each.package === target));
    return wrong.map((file) => `${file} imports ${target}, and ${entry} leads to it`);
  });
}

/** The shortest circle through each import that closes one, without duplicates. */
function findCircles(files) {
  const circles = new Map();
  for (const start of files.keys()) {
    const before = new Map();
    const open = [start];
    search: for (const file of open) {
      for (const target of files.get(file) ?? []) {
        if (target.file === start) {
          const circle = [];
          for (let step = file; step !== undefined; step = before.get(step)) circle.push(step);
          circles.set(circle.toSorted().join(), circle.toReversed());
          break search;
        }
        if (target.file === null || before.has(target.file)) continue;
        before.set(target.file, file);
        open.push(target.file);
      }
    }
  }
  return circles;
}

function checkCircles(files) {
  const circles = findCircles(files);
  const known = new Set(knownCircles.map((circle) => circle.toSorted().join()));
  const messages = [...circles]
    .filter(([key]) => !known.has(key))
    .map(([, circle]) => `files import each other in a circle: ${[...circle, circle[0]].join(' -> ')}`);
  for (const key of known)
    if (!circles.has(key)) messages.push(`the known circle of ${key} no longer exists; remove it here`);
  return messages;
}

const files = readImports();
const messages = [...checkDirections(files), ...checkReach(files), ...checkCircles(files)];
for (const message of messages) console.error(message);
console.log(`${files.size} files, ${messages.length} imports against the rules`);
process.exitCode = messages.length === 0 ? 0 : 1;
