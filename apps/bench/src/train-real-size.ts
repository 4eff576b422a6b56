// The cost of training at the sizes that people use: six heads on 10,000 images of 224x224 in 1,000 classes. Writes the
// images (JPEG, synthetic) and a network of random weights, runs `ztw train` on them, and prints minutes per phase, peak
// memory and peak disk space as a row of a Markdown table. What the heads learn means nothing.
//
//   pnpm --filter @ztw/bench train-real-size [NAME, default mobilenet-v2] [--images N] [--epochs N] [--cuts N]
//     [--folder FOLDER, kept for the next run]

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { realNetworks } from './networks/real-networks.ts';
import { watchProcess } from './real-size/watch-process.ts';
import { writeImages } from './real-size/write-images.ts';

const { positionals, values } = parseArgs({
  // pnpm passes on its own separator.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '8' },
    cuts: { type: 'string', default: '6' },
    folder: { type: 'string' },
  },
});
const [name = 'mobilenet-v2'] = positionals;
const network = realNetworks.find((each) => each.name === name);
if (network === undefined) {
  throw new Error(`Expected one of ${realNetworks.map((each) => each.name).join(', ')}; received ${name}.`);
}
// pnpm runs scripts in the folder of the package, but paths are relative to the folder where the command was given.
const given = values.folder === undefined ? null : resolve(process.env.INIT_CWD ?? '.', values.folder);
const folder = given ?? (await mkdtemp(join(tmpdir(), 'ztw-real-size-')));
const file = join(folder, `${name}.onnx`);
const images = join(folder, 'images');
const marker = join(folder, 'images-written');
await mkdir(folder, { recursive: true });
await writeFile(file, network.write(1).bytes);
if (!existsSync(marker)) {
  await writeImages({ folder: images, images: 10_000, classes: 1000, size: 224, seed: 1 });
  await writeFile(marker, '');
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [out, work] = [join(folder, `${name}-bundle`), join(folder, `${name}-work`)];
const command = [
  ...['--conditions=@ztw/source', '--import', 'tsx', 'apps/cli/src/main.ts', 'train', file, '--data', images],
  ...['--limit', values.images, '--preset', 'imagenet', '--cuts', values.cuts, '--epochs', values.epochs],
  // A network of random weights is no better than guessing.
  ...['--allow-mismatch', '--no-resume', '--overwrite', '--work', work, '--out', out],
];
const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
const onLine = (line: string): void => console.error(line);
const use = await watchProcess(child, { folders: [out, work], phaseOf, onLine });
if (given === null) await rm(folder, { recursive: true, force: true });

const minutes = (phase: string): string => ((use.seconds.get(phase) ?? 0) / 60).toFixed(1);
const total = [...use.seconds.values()].reduce((sum, seconds) => sum + seconds, 0) / 60;
const gigabytes = (bytes: number | null): string =>
  bytes === null ? 'not measured' : `${(bytes / 1e9).toFixed(2)} GB`;
console.log('| network | images | epochs | reading images | features | heads | all | peak memory | peak disk |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
console.log(
  `| ${network.title} | ${Number(values.images).toLocaleString('en-US')} | ${values.epochs} | ${minutes('reading')} min | ` +
    `${minutes('features')} min | ${minutes('heads')} min | ${total.toFixed(1)} min | ` +
    `${gigabytes(use.peakMemoryBytes)} | ${gigabytes(use.peakDiskBytes)} |`,
);

/** The phase that begins or goes on with a line of the command's progress. */
function phaseOf(line: string): string | null {
  if (/^(Reading|Decoding|Hashing|Checking) /.test(line)) return 'reading';
  if (/^Training on .* %/.test(line)) return /, features, /.test(line) ? 'features' : 'heads';
  return null;
}
