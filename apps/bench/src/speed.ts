// Every claim about speed in the documentation, measured in one run: interleaved, medians, one thread.
// Prints Markdown and writes the numbers as JSON.
//
//   pnpm --filter @ztw/bench speed BUNDLE NETWORK IMAGES [--out FILE.json] [--rounds N, default 15] [--budget 0.5]
//
// BUNDLE is a folder that `ztw train` wrote for NETWORK; IMAGES a data set as for `ztw eval`.
// `no exit`: thresholds of 1; the heads' work comes on top of the whole network's. `early`: the bundle's threshold for the budget.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { confidenceThreshold, type InputBatch } from '@ztw/core';
import { exportBundle, readModel } from '@ztw/onnx-graph';
import { createExecutor, type Executor, loadBundle, type OnnxRuntime, wholeModel } from '@ztw/runtime-onnx';
import { keptDeadlines } from './speed/deadline.ts';
import { exitDecisionMicroseconds } from './speed/exit-decision.ts';
import { type Contender, interleave, type TimedContender } from './speed/interleave.ts';
import { longestBlock } from './speed/longest-block.ts';
import { readBundle, readInputs } from './speed/read-inputs.ts';
import { streamSpeed } from './speed/stream.ts';

const { positionals, values } = parseArgs({
  // pnpm hands its own separator on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
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
const bundle = await readBundle(folder);
const { manifest } = bundle;
const point = manifest.operatingPoints.find(({ budget }) => budget === Number(values.budget));
if (point === undefined) throw new Error(`Expected a bundle with an operating point for ${values.budget}: ${folder}`);
const { threshold } = point;
const inputs = await readInputs(bundle, images, 2048);
const bytes = new Uint8Array(await readFile(networkPath));
const logitsName = readModel(bytes).graph.output[0]?.name ?? 'logits';
const headMacs = manifest.networks.flatMap(({ stages }) => stages).reduce((sum, stage) => sum + stage.headMacs, 0);
const backboneMacs = manifest.networks.at(-1)?.backboneMacs ?? Number.NaN;

const web = (await import('onnxruntime-web')) as OnnxRuntime;
web.env.wasm.numThreads = 1;
const node = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;

interface MeasuredBatch {
  readonly runtime: string;
  readonly batch: number;
  readonly images: number;
  readonly meanCost: number;
  readonly timed: readonly TimedContender[];
}
const measured: MeasuredBatch[] = [];

console.log(`${manifest.networks.map(({ name }) => name).join(', then ')}: ${cpus()[0]?.model}, one thread`);
console.log(
  `heads: ${((100 * headMacs) / backboneMacs).toFixed(1)} % of the backbone's MACs; threshold ${threshold}\n`,
);
console.log(
  '| runtime | batch | contender | ms per image | images/s | share of the whole network | quartiles | MACs |',
);
console.log('| --- | ---: | --- | ---: | ---: | ---: | --- | ---: |');
for (const [name, ort] of [
  ['wasm', web],
  ['node', node],
] as const) {
  for (const batch of [1, 32, 256]) {
    const whole = await wholeModel({
      ort,
      bytes,
      inputShape: manifest.inputShape,
      classes: manifest.classes,
      output: logitsName,
    });
    const kinds = batch === 1 ? (['staged', 'nested-if'] as const) : (['staged', 'batch-if'] as const);
    const executors: Executor[] = [];
    for (const kind of kinds) {
      executors.push(await createExecutor({ ort, bundle, kind, batchSize: batch, exportBundle }));
    }
    // Single images differ in where they leave: many of them make a round.
    const each = batch === 1 ? 24 : batch;
    const inBatches = (run: (input: InputBatch) => Promise<unknown>) => async (round: number) => {
      for (let start = 0; start < each; start += batch) await run(inputs.batch(round * each + start, batch));
    };
    const costs: number[] = [];
    const early = (executor: Executor) =>
      inBatches(async (input) => {
        const { summary } = await executor.classify(input, { threshold });
        costs.push(summary.meanMacsFraction);
      });
    const contenders: readonly Contender[] = [
      { name: 'whole network', run: inBatches((input) => whole.runWhole(input)) },
      ...executors.map((executor) => ({
        name: `${executor.kind}, no exit`,
        run: inBatches((input) => executor.classify(input, { threshold: 1 })),
      })),
      ...executors.map((executor) => ({ name: `${executor.kind}, early`, run: early(executor) })),
    ];
    const timed = await interleave(contenders, batch === 256 ? Math.max(3, Math.round(rounds / 2)) : rounds);
    const meanCost = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
    measured.push({ runtime: name, batch, images: each, meanCost, timed });
    for (const contender of timed) {
      const perImage = contender.milliseconds / each;
      const macs = contender.name.endsWith('early')
        ? meanCost
        : contender.name.endsWith('exit')
          ? 1 + headMacs / backboneMacs
          : 1;
      const cells = [
        perImage.toFixed(2),
        (1000 / perImage).toFixed(0),
        contender.ratio.toFixed(3),
        contender.ratioSpread.map((share) => share.toFixed(2)).join(' to '),
        `${(100 * macs).toFixed(1)} %`,
      ];
      console.log(`| ${[name, batch, contender.name, ...cells].join(' | ')} |`);
    }
    for (const executor of executors) await executor[Symbol.asyncDispose]();
    await whole[Symbol.asyncDispose]();
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

const loaded = await loadBundle({ ort: node, bundle });
const options = { policy: confidenceThreshold(threshold), ensemble: loaded.ensemble };
const stream = await streamSpeed(loaded.model, options, inputs, Math.max(3, Math.round(rounds / 3)));
console.log(
  `classifyStream, 2,000 images, node: ${stream.stream.toFixed(0)} images/s, fixed batches of 32: ` +
    `${stream.fixedBatches.toFixed(0)}; ratio ${stream.ratio.toFixed(3)}; order kept: ${stream.inOrder}; memory ${stream.growth.toFixed(0)} MiB.`,
);
const deadlines = await keptDeadlines(loaded.model, loaded.ensemble, inputs);
console.log(
  `anytime, node, deadline ${deadlines.deadline.toFixed(2)} ms (40 %): ${(100 * deadlines.kept).toFixed(1)} % of ` +
    `${deadlines.runs} answers before deadline + one stage (${deadlines.longestStage.toFixed(2)} ms).`,
);
await loaded.model[Symbol.asyncDispose]();
const blocked = await longestBlock(bundle, inputs, threshold);
console.log(
  `Worker, node: longest block of the caller's event loop ${blocked.longestBlock.toFixed(1)} ms while batches of 256 ran ` +
    `(${blocked.batch.toFixed(0)} ms each).`,
);

if (values.out !== undefined) {
  const result = { machine: cpus()[0]?.model, threads: 1, threshold, measured, decisions, stream, deadlines, blocked };
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
}
