// Writes the networks at the sizes that people use: 224x224 images, 1,000 classes, random weights. They serve to measure
// time and memory. Their answers mean nothing.
//
//   pnpm --filter @ztw/bench networks --out FOLDER [--seed N, default 1] [NAME ...]

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { realNetworks } from './networks/real-networks.ts';

const { positionals, values } = parseArgs({
  // pnpm passes on its own separator.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: { out: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const names = realNetworks.map(({ name }) => name);
const unknown = positionals.filter((name) => !names.includes(name));
const seed = Number(values.seed);
if (values.out === undefined || unknown.length > 0 || !Number.isInteger(seed)) {
  throw new Error(
    `Expected a folder, a whole number as the seed, and names among ${names.join(', ')}; received ${process.argv.slice(2).join(' ')}. ` +
      'Call networks --out FOLDER [--seed N] [NAME ...].',
  );
}
// pnpm runs scripts in the folder of the package, but paths are relative to the folder where the command was given.
process.chdir(process.env.INIT_CWD ?? '.');
await mkdir(values.out, { recursive: true });
for (const { name, write } of realNetworks) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const { bytes, parameters } = write(seed);
  const path = join(values.out, `${name}.onnx`);
  await writeFile(path, bytes);
  console.log(`${path}: ${(parameters / 1e6).toFixed(2)} M parameters, ${(bytes.length / 1e6).toFixed(1)} MB`);
}
