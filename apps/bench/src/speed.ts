// Every claim about speed in the documentation, measured in one run: interleaved, medians, one thread.
// Prints Markdown and writes the numbers as JSON.
//
//   pnpm --filter @ztw/bench speed BUNDLE NETWORK IMAGES [--sdn BUNDLE] [--chain BUNDLE] [--small NETWORK]
//       [--out FILE.json] [--rounds N, default 15] [--budget 0.5]
//
// BUNDLE is a folder that `ztw train` wrote for NETWORK; IMAGES a data set as for `ztw eval`. Others to compare with: a bundle of the
// method SDN, a chain that ends in NETWORK, and a smaller network.
// `no exit`: thresholds of 1. `early`: the last threshold at which the timed images cost no more than the budget.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { confidenceThreshold } from '@ztw/core';
import { loadBundle, type OnnxRuntime } from '@ztw/runtime-onnx';
import { graphOptimiser } from '@ztw/runtime-onnx/node';
import { keptDeadlines } from './speed/deadline.ts';
import { exitDecisionMicroseconds } from './speed/exit-decision.ts';
import { longestBlock } from './speed/longest-block.ts';
import { type Method, readMethod, thresholdForBudget } from './speed/method.ts';
import { race } from './speed/race.ts';
import { readBundle, readInputs } from './speed/read-inputs.ts';
import { readSmallNetwork } from './speed/small-network.ts';
import { type RacedBatch, speedTableHead, speedTableLines } from './speed/speed-table.ts';
import { streamSpeed } from './speed/stream.ts';

const { positionals, values } = parseArgs({
  // pnpm hands its own separator on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
    sdn: { type: 'string' },
    chain: { type: 'string' },
    small: { type: 'string' },
    out: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    budget: { type: 'string', default: '0.5' },
  },
});
const [folder, networkPath, images] = positionals;
if (folder === undefined || networkPath === undefined || images === undefined) {
  throw new Error('Expected a bundle, the network that it was made from, and images: speed BUNDLE NETWORK IMAGES');
}
// pnpm runs scripts in the package's folder; paths are meant from where the command was given.
process.chdir(process.env.INIT_CWD ?? '.');
const rounds = Number(values.rounds);
const budget = Number(values.budget);
/** Single images differ in where they leave: many of them make a round. */
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
for (const line of speedTableHead) console.log(line);
const measured: RacedBatch[] = [];
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

const decisions = {
  tenClasses: await exitDecisionMicroseconds(10),
  thousandClasses: await exitDecisionMicroseconds(1000),
};
console.log(
  `\nExit decision per row on the host (softmax, ensemble, policy): ${decisions.tenClasses.toFixed(2)} us with 10 classes, ` +
    `${decisions.thousandClasses.toFixed(1)} us with 1,000.`,
);

const threshold = thresholdForBudget(main, 2000, budget);
const loaded = await loadBundle({ ort: node, bundle });
const options = { policy: confidenceThreshold(threshold), ensemble: loaded.ensemble };
const stream = await streamSpeed(loaded.model, options, inputs, rounds);
console.log(
  `classifyStream, 2,000 images, node: ${stream.stream.toFixed(0)} images/s, fixed batches of 32: ` +
    `${stream.fixedBatches.toFixed(0)}; ratio ${stream.ratio.toFixed(3)} (quartiles ${stream.ratioQuartiles.map((value) => value.toFixed(3)).join(' to ')}); ` +
    `order kept: ${stream.inOrder}; memory ${stream.growth.toFixed(0)} MiB.`,
);
const onWeb = await loadBundle({ ort: web, bundle });
const deadlines = {
  wasm: await keptDeadlines(onWeb.model, onWeb.ensemble, inputs),
  node: await keptDeadlines(loaded.model, loaded.ensemble, inputs),
};
await onWeb.model[Symbol.asyncDispose]();
for (const [runtime, { runs, deadline, longestStage, withProfile, withoutProfile }] of Object.entries(deadlines)) {
  for (const [name, kept] of [
    ['with a profile', withProfile],
    ['without', withoutProfile],
  ] as const) {
    console.log(
      `anytime ${name}, ${runtime}, deadline ${deadline.toFixed(2)} ms (40 %): ${(100 * kept.beforeOneStageMore).toFixed(1)} % of ` +
        `${runs} answers before deadline + one stage (${longestStage.toFixed(2)} ms), ` +
        `${(100 * kept.beforeDeadline).toFixed(1)} % before the deadline; ${kept.answers.toFixed(2)} answers per image.`,
    );
  }
}
await loaded.model[Symbol.asyncDispose]();
const blocked = await longestBlock(bundle, inputs, threshold);
console.log(
  `Worker, node: longest block of the caller's event loop ${blocked.longestBlock.toFixed(1)} ms while batches of 256 ran ` +
    `(${blocked.batch.toFixed(0)} ms each).`,
);

if (values.out !== undefined) {
  const result = { machine: cpus()[0]?.model, threads: 1, budget, measured, decisions, stream, deadlines, blocked };
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
}
