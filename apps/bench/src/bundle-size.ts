// Sizes of bundles as shares of the network's file, and what loading them takes: time and peak memory, for bundles that
// hold each value once and for the form of release 0.1, in turns, each in a process of its own. Medians.
//
//   pnpm --filter @ztw/bench bundle-size [--repeats N, default 3] [NAME ...]

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-web';
import { type LoadingRuntime, type LoadMeasurement, loadingRuntimes } from './bundle-size/loading-runtime.ts';
import { repeatedValues } from './bundle-size/repeated-values.ts';
import { median } from './median.ts';
import { realNetworks } from './networks/real-networks.ts';
import { untrainedBundle } from './networks/untrained-bundle.ts';

type Files = ReadonlyMap<string, Uint8Array>;

const { positionals, values } = parseArgs({
  // pnpm passes on its own separator.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: { repeats: { type: 'string', default: '3' } },
});
const names = positionals.length > 0 ? positionals : ['mobilenet-v2', 'resnet-50'];
const repeats = Number(values.repeats);
const chosen = realNetworks.filter(({ name }) => names.includes(name));
if (chosen.length < names.length || !(Number.isInteger(repeats) && repeats > 0)) {
  throw new Error(
    `Expected names among ${realNetworks.map(({ name }) => name).join(', ')} and a number of repeats from 1 on; received ${process.argv.slice(2).join(' ')}.`,
  );
}

const sizeOf = (files: Files): number => [...files.values()].reduce((sum, { length }) => sum + length, 0);

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

function load(folder: string, runtime: LoadingRuntime): LoadMeasurement {
  const script = join(import.meta.dirname, 'bundle-size', 'load-once.ts');
  const output = execFileSync(
    process.execPath,
    ['--conditions=@ztw/source', '--import', 'tsx', script, folder, runtime],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoadMeasurement;
}

const middle = (measured: readonly LoadMeasurement[], field: keyof LoadMeasurement): string =>
  median(measured.map((each) => each[field])).toFixed(0);

const place = await mkdtemp(join(tmpdir(), 'ztw-bundle-size-'));
try {
  for (const { name, title, write } of chosen) {
    const { bytes } = write(1);
    const both = await untrainedBundle({ ort, name, bytes, runtimes: 'both' });
    const forms: Readonly<Record<string, Files>> = {
      'one runtime: onnx': (await untrainedBundle({ ort, name, bytes, runtimes: 'onnx' })).files,
      'one runtime: tfjs': (await untrainedBundle({ ort, name, bytes, runtimes: 'tfjs' })).files,
      both: both.files,
      'both, values repeated': await repeatedValues(both.bundle, both.files),
    };
    console.log(`\n${title}, ${both.plan.cuts.length} cuts, network ${(bytes.length / 1e6).toFixed(1)} MB\n`);
    for (const [form, files] of Object.entries(forms)) {
      const size = sizeOf(files);
      console.log(`${form}: ${(size / 1e6).toFixed(1)} MB, ${(size / bytes.length).toFixed(3)} x the network`);
    }
    const folders = { once: join(place, name, 'once'), repeated: join(place, name, 'repeated') };
    await writeFiles(folders.once, forms.both as Files);
    await writeFiles(folders.repeated, forms['both, values repeated'] as Files);
    console.log('\n| runtime | load, before | after | peak memory over that at the start, before | after |');
    console.log('| --- | ---: | ---: | ---: | ---: |');
    for (const runtime of loadingRuntimes) {
      const measured: Record<keyof typeof folders, LoadMeasurement[]> = { once: [], repeated: [] };
      for (let repeat = 0; repeat < repeats; repeat++) {
        measured.repeated.push(load(folders.repeated, runtime));
        measured.once.push(load(folders.once, runtime));
      }
      const { repeated, once } = measured;
      console.log(
        `| ${runtime} | ${middle(repeated, 'milliseconds')} ms | ${middle(once, 'milliseconds')} ms | ` +
          `${middle(repeated, 'megabytes')} MB | ${middle(once, 'megabytes')} MB |`,
      );
    }
  }
} finally {
  await rm(place, { recursive: true, force: true });
}
