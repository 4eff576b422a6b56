// Makes the bundle of this package from `fashion-small.onnx` with the project's own command, and prints what it is worth on images that
// nothing was fitted on. `train_network.py` makes the network itself.
//
// The network and the internal classifiers are trained on original training images of Fashion-MNIST. Of the 9,020 original test
// images, rows 0 to 2,000 choose the ensemble and the thresholds; the others are reported, and the demo shows some of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = 'packages/example-fashion';
process.chdir(fileURLToPath(new URL('../../../', import.meta.url)));

const budgets = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1];

function ztw(...args) {
  const { status } = spawnSync(
    process.execPath,
    ['--conditions=@ztw/source', '--import', 'tsx', 'apps/cli/src/main.ts', ...args],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}

ztw(
  ...['train', `${folder}/recipe/fashion-small.onnx`, '--out', `${folder}/bundle`, '--overwrite'],
  ...['--data', 'fashion-mnist:train', '--preset', 'fashion-mnist', '--resize', 'cover'],
  ...['--calibration-data', 'fashion-mnist:test', '--calibration-rows', '0:2000'],
  ...['--cuts', 'relu0,relu1,relu2,relu3', '--epochs', '4', '--schedule', 'cosine', '--seed', '1'],
  ...['--budgets', budgets.join(',')],
);
ztw(
  ...['eval', `${folder}/bundle`, '--data', 'fashion-mnist:test', '--rows', '2000:9020'],
  ...['--out', 'out/example-fashion', '--overwrite'],
);
