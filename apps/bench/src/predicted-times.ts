// Predicted milliseconds of every stage next to measured ones, for ONNX networks with default cuts and heads.
//
//   pnpm --filter @ztw/bench predicted-times NETWORK.onnx ... [--runtime node|web] [--repeats N, default 30]
//
// Rates come from a short run of each uncut network. `pnpm --filter @ztw/bench networks` writes the networks.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { measureStages } from '@ztw/core';
import { defaultRates } from '@ztw/core/evaluation';
import { denseInputs, rowSize } from '@ztw/core/runtime';
import { initialiseHead, seededRandom } from '@ztw/heads';
import { compileNetwork } from '@ztw/onnx-graph';
import { loadNetwork, type OnnxRuntime, onnxBackend } from '@ztw/runtime-onnx';
import { measureRates, openNetwork, planNetwork, predictPlan } from '@ztw/training/onnx';
import { median } from './median.ts';

const { positionals, values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: { runtime: { type: 'string', default: 'node' }, repeats: { type: 'string', default: '30' } },
});
const repeats = Number(values.repeats);
if (
  positionals.length === 0 ||
  !['node', 'web'].includes(values.runtime) ||
  !(Number.isInteger(repeats) && repeats > 0)
) {
  throw new Error('Expected ONNX files, the runtime node or web, and a positive number of repeats.');
}
process.chdir(process.env.INIT_CWD ?? '.');
const ort: OnnxRuntime = values.runtime === 'node' ? await import('onnxruntime-node') : await import('onnxruntime-web');
const kind = values.runtime === 'node' ? 'native' : 'wasm';
const settings = { threads: 1, sessionOptions: { logSeverityLevel: 3 as const } };
const onnx = onnxBackend({ ort, oneSession: settings, manySessions: settings });
const random = seededRandom(1);
const errors: number[] = [];
console.log(`onnxruntime ${values.runtime}, one thread, batch 1, medians of ${repeats}\n`);
console.log('| network | stage | predicted, ms | measured, ms | error |');
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const path of positionals) {
  const name = basename(path, '.onnx');
  const network = await openNetwork({ name, bytes: await readFile(path) }, { onnx });
  const { analysis } = network;
  const plan = await planNetwork(network, {
    selection: { kind: 'auto' },
    methods: ['ztw'],
    head: { family: 'auto' },
    followsNetwork: false,
  });
  const heads = (plan.variants[0]?.heads ?? []).map(initialiseHead);
  const compiled = compileNetwork({ analysis, cuts: plan.cuts, heads, name, pathPrefix: '' });
  await using model = await loadNetwork({
    ort,
    network: compiled.network,
    classes: analysis.classes,
    inputs: denseInputs(analysis.input.rowShape),
    readFile: async (file) => compiled.files.get(file) as Uint8Array,
    ...settings,
  });
  const rates = await measureRates(network, { onnx, rates: defaultRates[kind] });
  const data = Float32Array.from({ length: rowSize(analysis.input.rowShape) }, random);
  const { batches } = await measureStages(model, { input: { data, rows: 1 }, batchSizes: [1], repeats });
  for (const [index, stage] of predictPlan(plan, { rates }).stages.entries()) {
    const predicted = stage.segmentMilliseconds + stage.headMilliseconds;
    const measured = batches[0]?.stageMilliseconds[index] ?? Number.NaN;
    const error = predicted / measured - 1;
    errors.push(Math.abs(error));
    console.log(
      `| ${name} | ${index} | ${predicted.toFixed(2)} | ${measured.toFixed(2)} | ${(100 * error).toFixed(0)} % |`,
    );
  }
}
console.log(
  `\nMedian error ${(100 * median(errors)).toFixed(1)} %, largest ${(100 * Math.max(...errors)).toFixed(0)} %.`,
);
