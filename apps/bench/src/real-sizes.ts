// Times early exit on networks of the sizes that people use: 224x224 images and 1,000 classes, default cuts and heads.
// All contenders of a line take turns. Prints Markdown and writes the numbers as JSON.
//
//   pnpm --filter @ztw/bench real-sizes [--networks mobilenet-v2,resnet-50] [--runtimes node,wasm] [--batches 1,8,32]
//       [--seconds N per line, default 60] [--rounds MOST, default 41] [--clock processor|wall] [--out FILE.json]
//
// The clock is the processor time of this process, so that other programs may run meanwhile. All contenders compute in one
// thread, and none of them waits for anything. `--clock wall` measures the time on the wall.
//
// Weights and heads are random, which takes the time of trained ones. Thresholds are forced: with `nobody leaves` all
// rows run to the end; with `half leave` every second row leaves at the exit nearest to half of the MACs. `saved` is
// the saved share of the whole network's time, divided by what the network's own time promises: half of the part
// behind that exit.

import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { OnnxRuntime } from '@ztw/runtime-onnx';
import { graphOptimiser } from '@ztw/runtime-onnx/node';
import { realNetworks } from './networks/real-networks.ts';
import { untrainedBundle } from './networks/untrained-bundle.ts';
import { raceRealSize } from './real-sizes/race-real-size.ts';
import { realSizeHead, realSizeLine } from './real-sizes/real-size-table.ts';

const { values } = parseArgs({
  // pnpm passes on its own separator.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    networks: { type: 'string', default: realNetworks.map(({ name }) => name).join(',') },
    runtimes: { type: 'string', default: 'node,wasm' },
    batches: { type: 'string', default: '1,8,32' },
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '41' },
    clock: { type: 'string', default: 'processor' },
    out: { type: 'string' },
  },
});
// pnpm runs scripts in the folder of the package, but paths are relative to the folder where the command was given.
process.chdir(process.env.INIT_CWD ?? '.');

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
const now = values.clock === 'wall' ? () => performance.now() : processorTime;

const web = (await import('onnxruntime-web')) as OnnxRuntime;
web.env.wasm.numThreads = 1;
const node = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;
const runtimes = {
  node: { ort: node, optimise: graphOptimiser(node) },
  wasm: { ort: web, optimise: null },
} as const;

console.log(`${cpus()[0]?.model}, one thread, onnxruntime ${node.env.versions.common}\n`);
for (const line of realSizeHead) console.log(line);
const measured: unknown[] = [];
for (const { name, title, write } of realNetworks) {
  if (!values.networks.split(',').includes(name)) continue;
  const { bytes } = write(1);
  const untrained = await untrainedBundle({ ort: node, name, bytes });
  for (const runtime of ['node', 'wasm'] as const) {
    if (!values.runtimes.split(',').includes(runtime)) continue;
    for (const batch of values.batches.split(',').map(Number)) {
      const raced = await raceRealSize({
        ...runtimes[runtime],
        bytes,
        untrained,
        batch,
        seconds: Number(values.seconds),
        leastRounds: 3,
        mostRounds: Number(values.rounds),
        now,
      });
      measured.push({ network: name, runtime, batch, ...raced });
      console.log(realSizeLine({ title, runtime, batch }, raced));
    }
  }
}
if (values.out !== undefined) {
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, `${JSON.stringify({ machine: cpus()[0]?.model, threads: 1, measured }, null, 2)}\n`);
}
