// All checks of the project, the fastest first. Every check runs, even after a failure. The last line counts the tests of all
// packages and the checks themselves.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
process.env.TURBO_TELEMETRY_DISABLED = '1';

let passed = 0;
let failed = 0;

function run(command, args, options = {}) {
  return (
    spawnSync(command, args, { stdio: 'inherit', ...options, env: { ...process.env, ...options.env } }).status === 0
  );
}

function check(name, action) {
  const start = Date.now();
  console.log(`\n== ${name}`);
  const ok = action();
  if (ok) passed += 1;
  else failed += 1;
  console.log(`== ${name}: ${ok ? 'passed' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

/** The browser tests need Chromium. It is installed if apt-get can do so; otherwise they report that they are skipped. */
function ensureChromium() {
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  if (candidates.some(existsSync)) return true;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    console.log('No Chromium found, and apt-get cannot install it here: the browser tests will be skipped.');
    return true;
  }
  return run('apt-get', ['update', '-qq']) && run('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: 'ignore' });
}

/** Vitest over all packages; the counts are from its JSON report. */
function unitTests() {
  const folder = mkdtempSync(join(tmpdir(), 'ztw-verify-'));
  const reportFile = join(folder, 'vitest.json');
  const ok = run('pnpm', [
    'exec',
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    // Conformance cases x runtimes, as a table at the end.
    '--reporter=./packages/core/test/support/conformance-reporter.ts',
    `--outputFile.json=${reportFile}`,
  ]);
  if (existsSync(reportFile)) {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    if (report.numPassedTests === 0) failed += 1;
  }
  rmSync(folder, { recursive: true, force: true });
  return ok;
}

check('browser', ensureChromium);
check('lint and format', () => run('pnpm', ['exec', 'biome', 'check', '--error-on-warnings', '.']));
check('types', () => run('pnpm', ['exec', 'tsc', '--noEmit']));
check('directions and circles of imports', () => run('node', ['scripts/check-imports.mjs']));
check('unused files, exports and dependencies', () => run('pnpm', ['exec', 'knip']));
check('build', () => run('pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only']));
check('packages as they would be published', () => run('node', ['scripts/packages/check-packages.mjs']));
check('download size', () => run('node', ['scripts/packages/check-sizes.mjs']));
check('fresh projects', () => run('node', ['scripts/packages/check-fresh-projects.mjs']));
check('built command', () => run('node', ['apps/cli/dist/main.mjs', 'inspect', 'models/fashion-resnet20.onnx']));
check('tests', unitTests);
check('fuzzers, for a minute', () => run('pnpm', ['fuzz', '--minutes', '1']));

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
