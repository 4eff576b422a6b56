// Our packages as strangers install them: from tarballs, outside the workspace. Node and a Vite app answer for one JPEG on both
// runtimes, and all agree; TypeScript checks every entry with both kinds of resolution. Needs a build and a registry.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { packPackages, publishedPackages, root } from './pack-packages.mjs';

/** Between two runtimes, and between two decoders of JPEG. */
const tolerance = 1e-4;

const project = mkdtempSync(join(tmpdir(), 'ztw-fresh-'));
const cliRequire = createRequire(join(root, 'apps', 'cli', 'package.json'));
let failures = 0;

function report(name, problem) {
  if (problem !== null) failures += 1;
  console.log(problem === null ? `${name}: ok` : `${name}: FAILED\n${problem}`);
}

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: 'utf8' });
  return { problem: status === 0 ? null : `${command} ${args.join(' ')}\n${stdout}${stderr}`, stdout };
}

/** The project's files, its bundle and its photo, and a package.json that takes our packages from tarballs. */
async function writeProject(tarballs) {
  cpSync(join(root, 'scripts', 'packages', 'fresh-project'), project, { recursive: true });
  mkdirSync(join(project, 'public'));
  cpSync(join(root, 'apps', 'cli', 'test', '__fixtures__', 'bundle-0.1'), join(project, 'public', 'bundle'), {
    recursive: true,
  });
  const sharp = (await import(pathToFileURL(cliRequire.resolve('sharp')).href)).default;
  const pixels = Uint8Array.from({ length: 784 }, (_, place) => (place % 28 > 8 && place % 28 < 20 ? 200 : 0));
  const image = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } });
  await image.jpeg({ quality: 95 }).toFile(join(project, 'public', 'photo.jpg'));

  const ours = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
  const names = publishedPackages().map(({ name }) => name);
  const versionOf = (folder, name) =>
    JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).devDependencies[name];
  const runtimes = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', 'onnxruntime-web', 'onnxruntime-common'];
  const dependencies = {
    ...Object.fromEntries(names.filter((name) => name !== '@ztw/cli').map((name) => [name, ours[name]])),
    ...Object.fromEntries(runtimes.map((name) => [name, versionOf('apps/cli', name)])),
    sharp: JSON.parse(readFileSync(join(root, 'apps/cli/package.json'), 'utf8')).dependencies.sharp,
    typescript: versionOf('.', 'typescript'),
    vite: '^8.0.0',
  };
  // npm must not look for our packages in the registry. An override of a direct dependency has to repeat its range.
  const overrides = Object.fromEntries(names.map((name) => [name, ours[name]]));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'fresh', private: true, type: 'module', dependencies, overrides }, null, 2),
  );
}

/** Imports every entry of every package that is code, so that all declarations are checked. Patterns lead to data files. */
function writeEntries() {
  const entries = publishedPackages().flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports)
      .filter((entry) => entry !== './package.json' && !entry.includes('*'))
      .map((entry) => name + entry.slice(1)),
  );
  const lines = entries.map((entry, index) => `export * as entry${index} from '${entry}';`);
  writeFileSync(join(project, 'entries.ts'), `${lines.join('\n')}\n`);
}

/** Statements of a program apart from imports, which each runtime needs in another number. */
function statements(file) {
  const text = readFileSync(join(project, file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('import ') && !line.startsWith('console.'));
}

/** Serves the built app and asks the page in Chromium. */
async function answersOfPage() {
  const { preview } = await import(
    pathToFileURL(join(project, 'node_modules', 'vite', 'dist', 'node', 'index.js')).href
  );
  const server = await preview({ root: project, preview: { port: 0 }, logLevel: 'error' });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(server.resolvedUrls.local[0]);
    const answers = await page.evaluate(() => globalThis.answers);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return answers;
  } finally {
    await browser.close();
    await server.close();
  }
}

function chromiumPath() {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
}

/** @returns null where all answers are the first one. */
function disagreement(answers) {
  const [[, first]] = answers;
  const others = answers.filter(
    ([, { label, exit, probability }]) =>
      // Written so that NaN disagrees.
      label !== first.label || exit !== first.exit || !(Math.abs(probability - first.probability) <= tolerance),
  );
  return others.length === 0 ? null : JSON.stringify(answers, null, 2);
}

async function checkFrontDoor() {
  const answers = [];
  for (const file of ['node-onnx.mjs', 'node-tfjs.mjs']) {
    const { problem, stdout } = run(process.execPath, file);
    const lines = statements(file);
    report(`${file}, ${lines.length} lines beside imports`, problem ?? (lines.length > 4 ? lines.join('\n') : null));
    if (problem === null) answers.push([file, JSON.parse(stdout)]);
  }
  const built = run('npx', 'vite', 'build', '--logLevel', 'error');
  report('vite build', built.problem);
  if (built.problem === null && chromiumPath() === undefined) console.log('Vite app: skipped, there is no Chromium');
  else if (built.problem === null) {
    const [onnx, tensorflow] = await answersOfPage();
    answers.push(['Vite, ONNX Runtime', onnx], ['Vite, TensorFlow.js', tensorflow]);
  }
  for (const [name, { label, exit, probability }] of answers) {
    console.log(`  ${name}: ${label}, exit ${exit}, ${probability}`);
  }
  report('the same answer everywhere', answers.length < 2 ? 'fewer than two answers' : disagreement(answers));
}

try {
  const tarballs = packPackages(join(project, 'tarballs'));
  await writeProject(tarballs);
  writeEntries();
  const installed = run('npm', 'install', '--no-audit', '--no-fund');
  report('npm install', installed.problem);
  if (installed.problem === null) {
    for (const kind of ['bundler', 'nodenext']) {
      report(`tsc, ${kind}`, run('npx', 'tsc', '-p', `tsconfig.${kind}.json`).problem);
    }
    if (tarballs.has('ztw')) await checkFrontDoor();
    else console.log('JPEG to label: skipped, the package ztw is not in this workspace');
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
console.log(`${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
