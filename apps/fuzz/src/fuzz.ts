// Fuzzes everything that reads files or messages of strangers, and prints a table of parsers and outcomes. Ends with 1
// where an input was not refused with an error of this project, or was accepted wrongly, or took too much memory.
//
//   pnpm fuzz --minutes 60                             all parsers in one process, until the time is over
//   pnpm fuzz --inputs 300000 --seeds 1,2,3            one process per parser, the same inputs each time
//   pnpm fuzz --target onnx --seeds 2 --first 471 --inputs 1      one input again
//
// Inputs follow from the parser's name, the seed and their number alone.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Finding } from './run/job.ts';
import { defectsIn, fuzzTable, sumOf, type TableRow } from './run/table.ts';
import { watch } from './run/watch.ts';
import { targets } from './targets/targets.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    inputs: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    target: { type: 'string', multiple: true },
    first: { type: 'string', default: '0' },
    // The smallest real inputs take microseconds, the largest seconds; a busy machine is ten times as slow.
    'hang-seconds': { type: 'string', default: '60' },
    // Most MiB over the memory of a process whose parsers are ready.
    memory: { type: 'string', default: '512' },
  },
});

const chosen = values.target === undefined ? targets : targets.filter(({ name }) => values.target?.includes(name));
if (chosen.length === 0) throw new Error(`Expected one of: ${targets.map(({ name }) => name).join(', ')}.`);
const minutes = values.minutes === undefined ? null : Number(values.minutes);
const inputs = values.inputs === undefined ? null : Number(values.inputs);
if ((minutes === null) === (inputs === null)) throw new Error('Expected either --minutes or --inputs.');
const seeds = values.seeds.split(',').map(Number);
const first = Number(values.first);
const memoryLimit = Number(values.memory);

const root = mkdtempSync(join(tmpdir(), 'ztw-fuzz-'));
const shared = {
  module: fileURLToPath(new URL('./targets/targets.ts', import.meta.url)),
  folder: join(root, 'run'),
  hangMilliseconds: 1000 * Number(values['hang-seconds']),
};

const rows: TableRow[] = [];
const findings: Finding[] = [];
const growth: { readonly name: string; readonly bytes: number }[] = [];
const start = Date.now();

if (minutes !== null) {
  const plan = { targets: chosen.map(({ name, share }) => ({ name, share })), seeds, inputs: null, first };
  const run = await watch({ ...shared, plan, deadline: start + 60_000 * minutes });
  rows.push(...chosen.map(({ name }, index) => ({ name, tally: run.tallies[index] as TableRow['tally'] })));
  findings.push(...run.findings);
  growth.push({ name: 'all', bytes: run.growthBytes });
} else {
  const total = chosen.reduce((sum, { share }) => sum + share, 0);
  for (const { name, share } of chosen) {
    const count = Math.max(1, Math.round(((inputs as number) * share) / total));
    const began = Date.now();
    const plan = { targets: [{ name, share }], seeds, inputs: count, first };
    const run = await watch({ ...shared, plan, deadline: null });
    const tally = run.tallies[0] as TableRow['tally'];
    rows.push({ name, tally });
    findings.push(...run.findings);
    growth.push({ name, bytes: run.growthBytes });
    const mebibytes = Math.round(run.growthBytes / 2 ** 20);
    console.error(`${name}: ${JSON.stringify(tally)}, ${mebibytes} MiB, ${Math.round((Date.now() - began) / 1000)} s`);
  }
}
rmSync(root, { recursive: true, force: true });

const most = growth.reduce((left, right) => (right.bytes > left.bytes ? right : left));
const mostMebibytes = Math.round(most.bytes / 2 ** 20);
console.log(fuzzTable(rows));
console.log(
  `\nSeeds ${seeds.join(', ')}; ${Math.round((Date.now() - start) / 1000)} s. ` +
    `Most memory over that of a process whose parsers are ready: ${mostMebibytes} MiB (${most.name}); at most ${memoryLimit} allowed.`,
);
for (const { target, seed, index, outcome, error } of findings.slice(0, 50)) {
  console.log(`\n${outcome}: --target '${target}' --seeds ${seed} --first ${index} --inputs 1\n${error}`);
}
if (findings.length > 50) console.log(`\n${findings.length - 50} more.`);

const wrong = defectsIn(sumOf(rows.map(({ tally }) => tally)));
process.exitCode = wrong === 0 && mostMebibytes <= memoryLimit ? 0 : 1;
