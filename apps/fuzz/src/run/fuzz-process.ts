// The process that runs inputs. It is started by `watch.ts`, and may crash or hang at any input.
//
//   node fuzz-process.ts JOB.json

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { randomOf } from '../random.ts';
import type { FuzzInput, FuzzTarget } from '../target.ts';
import { type Finding, type FuzzJob, findingsName, ledgerName } from './job.ts';
import { judgeError } from './judge.ts';
import { Ledger, readLedger } from './ledger.ts';
import { type Plan, positionsOf } from './plan.ts';

/**
 * First inputs per target, after which the memory of the process is that of use: modules, kernels and caches are loaded.
 */
const warmUp = 20;

const job = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as FuzzJob;
const { targets } = (await import(pathToFileURL(job.module).href)) as { readonly targets: readonly FuzzTarget[] };
const { plan, folder } = job;

const inputs: FuzzInput[] = [];
for (const { name } of plan.targets) {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`There is no fuzzer "${name}".`);
  const own = join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(own, { recursive: true });
  inputs.push(await target.open(own));
}

const path = join(folder, ledgerName);
const ledger = new Ledger(path, inputs.length, readLedger(path, inputs.length));
const residentPeak = (): number => process.resourceUsage().maxRSS * 1024;

/** Errors that nobody awaits belong to the input that runs. */
let unawaited: unknown = null;
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error: unknown) => {
    unawaited = error ?? new Error('rejected with nothing');
  });
}
let base = residentPeak();

for (const position of positionsOf(plan, job.from)) {
  if (job.deadline !== null && Date.now() > job.deadline) break;
  ledger.begin(position);
  const { target, seed, index } = position;
  const { name } = plan.targets[target] as Plan['targets'][number];
  let failure: unknown = null;
  let outcome: Finding['outcome'] & Parameters<Ledger['count']>[1];
  try {
    outcome = await (inputs[target] as FuzzInput)(randomOf(name, seed, index));
  } catch (error) {
    failure = error;
    outcome = judgeError(error);
  }
  if (position.step % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (unawaited !== null) {
    failure = unawaited;
    outcome = 'untyped';
    unawaited = null;
  }
  ledger.count(target, outcome);
  if (outcome !== 'typed' && outcome !== 'accepted') {
    const error = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
    const finding: Finding = { target: name, seed, index, outcome, error };
    appendFileSync(join(folder, findingsName), `${JSON.stringify(finding)}\n`);
  }
  const peak = residentPeak();
  if (position.step - job.from < warmUp * inputs.length) base = peak;
  ledger.memory(base, peak);
}
ledger.close();
writeFileSync(join(folder, 'done'), '');
// Runtimes leave threads behind.
process.exit(0);
