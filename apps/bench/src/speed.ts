// Measures every claim about speed in the documentation in one run: interleaved, medians, one thread.
// Prints Markdown and writes the numbers as JSON.
//
//   pnpm --filter @ztw/bench speed BUNDLE NETWORK IMAGES [--sdn BUNDLE] [--chain BUNDLE] [--small NETWORK]
//       [--out FILE.json] [--rounds N, default 15] [--budget 0.5] [--parts race,decision,stream,deadline,worker]
//
// BUNDLE is a folder that `ztw train` wrote for NETWORK, and IMAGES is a data set as for `ztw eval`. Optional
// contenders are a bundle of the method SDN, a chain that ends in NETWORK, and a smaller network. `no exit` uses
// thresholds of 1. `early` uses the highest threshold at which the timed images cost no more than the budget.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBundle, type OnnxRuntime } from '@ztw/runtime-onnx';
import { graphOptimiser } from '@ztw/runtime-onnx/node';
import { type Method, readMethod, thresholdForBudget } from './speed/method.ts';
import { tellBlocked, tellDeadlines, tellDecisions, tellStream } from './speed/other-claims.ts';
import { race } from './speed/race.ts';
import { readBundle, readInputs } from './speed/read-inputs.ts';
import { readSmallNetwork } from './speed/small-network.ts';
import { type RacedBatch, speedTableHead, speedTableLines } from './speed/speed-table.ts';

const { positionals, values } = parseArgs({
  // pnpm passes on its own separator.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
    sdn: { type: 'string' },
    chain: { type: 'string' },
    small: { type: 'string' },
    out: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    budget: { type: 'string', default: '0.5' },
    parts: { type: 'string', default: 'race,decision,stream,deadline,worker' },
  },
});
const [folder, networkPath, images] = positionals;
if (folder === undefined || networkPath === undefined || images === undefined) {
  throw new Error(
    'Expected a bundle, the network that it was made from, and images. Call speed BUNDLE NETWORK IMAGES.',
  );
}
// pnpm runs scripts in the folder of the package, but paths are relative to the folder where the command was given.
process.chdir(process.env.INIT_CWD ?? '.');
const parts = new Set(values.parts.split(','));
const rounds = Number(values.rounds);
const budget = Number(values.budget);
/** Single images leave at different exits, so a round has many of them. */
const batches = [
  { batch: 1, imagesPerRound: 24, rounds, warmUps: 3 },
  { batch: 32, imagesPerRound: 96, rounds, warmUps: 1 },
  { batch: 256, imagesPerRound: 256, rounds: Math.max(3, Math.round(rounds / 2)), warmUps: 1 },
];

const web = (await import('onnxruntime-web')) as OnnxRuntime;
web.env.wasm.numThreads = 1;
const node = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;

const bundle = await readBundle(folder);
const timedImages = Math.max(2000, ...batches.map((each) => each.imagesPerRound * each.rounds));
const inputs = await readInputs(bundle, images, timedImages);
const main = await readMethod('ZTW', bundle, inputs, node);
const others: Method[] = [];
for (const [name, path] of [
  ['SDN', values.sdn],
  ['chain', values.chain],
] as const) {
  if (path !== undefined) others.push(await readMethod(name, await readBundle(path), inputs, node));
}
const small = values.small === undefined ? null : await readSmallNetwork(values.small, main, inputs, node);
const whole = new Uint8Array(await readFile(networkPath));

console.log(`${bundle.manifest.networks.map(({ name }) => name).join(', then ')}: ${cpus()[0]?.model}, one thread\n`);
const measured: RacedBatch[] = [];
if (parts.has('race')) {
  for (const line of speedTableHead) console.log(line);
  for (const { runtime, ort, optimise } of [
    { runtime: 'wasm', ort: web, optimise: null },
    { runtime: 'node', ort: node, optimise: graphOptimiser(node) },
  ]) {
    for (const each of batches) {
      const raced = await race({ ort, optimise, ...each, inputs, main, others, whole, small, budget });
      const result = { runtime, batch: each.batch, imagesPerRound: each.imagesPerRound, raced };
      measured.push(result);
      for (const line of speedTableLines(result)) console.log(line);
    }
  }
  console.log('');
}

const onWeb = await loadBundle({ ort: web, bundle });
const onNode = await loadBundle({ ort: node, bundle });
const threshold = thresholdForBudget(main, 2000, budget);
const result = {
  machine: cpus()[0]?.model,
  threads: 1,
  budget,
  measured,
  decisions: parts.has('decision') ? await tellDecisions() : null,
  stream: parts.has('stream') ? await tellStream(onNode, threshold, inputs, rounds) : null,
  deadlines: parts.has('deadline') ? await tellDeadlines({ wasm: onWeb, node: onNode }, inputs) : null,
  blocked: parts.has('worker') ? await tellBlocked(bundle, threshold, inputs) : null,
};
await onWeb.model[Symbol.asyncDispose]();
await onNode.model[Symbol.asyncDispose]();
if (values.out !== undefined) {
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
}
