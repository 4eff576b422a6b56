// The whole workflow on a fresh machine: builds, trains SDN and ZTW internal classifiers on Fashion-MNIST, evaluates both,
// measures the speed-up, and classifies ten images. `--full` trains on all images, for longer.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const full = process.argv.includes('--full');
process.env.TURBO_TELEMETRY_DISABLED = '1';
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const start = Date.now();
const output = full ? 'out/quickstart-full' : 'out/quickstart';
const network = 'models/fashion-resnet20.onnx';
/**
 * Thresholds and ensemble are fitted on the first 2,000 test images; the others are reported. The test images are original
 * test images, which the network was not trained on (models/README.md).
 */
const calibration = ['--calibration-data', 'fashion-mnist:test', '--calibration-rows', '0:2000'];
const report = ['--data', 'fashion-mnist:test', '--rows', '2000:'];

function step(title, command, args) {
  console.log(
    `\n\u001b[1m${title}\u001b[0m\n$ ${[command === process.execPath ? 'node' : command, ...args].join(' ')}`,
  );
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\nThe step "${title}" failed (exit code ${status}). Run the command above alone to see why.`);
    process.exit(status ?? 1);
  }
}

const ztw = (title, ...args) => step(title, process.execPath, ['apps/cli/dist/main.mjs', ...args]);

step('Build', 'pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only']);
if (!existsSync('apps/cli/dist/main.mjs')) throw new Error('internal: the build made no apps/cli/dist/main.mjs');

ztw('Where can this network be cut?', 'inspect', network);
ztw(
  'Train internal classifiers at 8 cuts, with (ZTW) and without (SDN) recycling',
  'train',
  network,
  '--data',
  'fashion-mnist:train',
  '--preset',
  'fashion-mnist',
  '--out',
  output,
  '--cuts',
  '8',
  '--head',
  'pool-conv',
  '--methods',
  'ztw,sdn',
  '--augment',
  full ? 'flip' : 'none',
  '--limit',
  full ? '54220' : '20000',
  '--epochs',
  full ? '12' : '5',
  ...calibration,
  '--seed',
  '1',
  '--overwrite',
);
ztw(
  'Evaluate both on images that were used neither for training nor for calibration',
  'eval',
  `${output}/ztw`,
  `${output}/sdn`,
  ...report,
  '--out',
  `${output}/report`,
  '--overwrite',
);
for (const [runtime, where] of [
  ['node', 'native ONNX Runtime'],
  ['web', 'WebAssembly, as in a browser'],
]) {
  ztw(
    `Measure the speed-up (${where})`,
    ...['bench', `${output}/ztw`, '--network', network, '--data', 'fashion-mnist:test'],
    ...['--batch', '1,32', '--budget', '0.5', '--runtime', runtime],
  );
}
ztw('Classify ten test images', 'run', `${output}/ztw`, 'fashion-mnist:test', '--limit', '10', '--budget', '0.5');

console.log(`\nDone in ${((Date.now() - start) / 60000).toFixed(1)} minutes.`);
console.log(`Bundles: ${output}/ztw and ${output}/sdn. Report: ${output}/report/report.html (open it in a browser).`);
