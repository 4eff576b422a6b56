// Starts fuzzing processes and watches them. A process that ends or stands still is counted, and another one goes on
// after the input at fault.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finding, type FuzzJob, findingsName, ledgerName } from './job.ts';
import { emptyTally, type LedgerState, readLedger, type Tally } from './ledger.ts';
import type { Plan } from './plan.ts';

export interface WatchOptions {
  /** Path of the module that exports `targets`. */
  readonly module: string;
  readonly plan: Plan;
  /** Milliseconds since 1970; null: until all inputs are done. */
  readonly deadline: number | null;
  readonly folder: string;
  /** An input that takes longer is a hang. */
  readonly hangMilliseconds: number;
}

export interface WatchedRun {
  /** One per target of the plan. */
  readonly tallies: readonly Tally[];
  /** Most bytes over those of a process whose targets are open. */
  readonly growthBytes: number;
  readonly findings: readonly Finding[];
}

/** Exit code of Node when nothing is left that could settle the promise that is awaited. */
const neverSettled = 13;
/** Time to load all modules, compile kernels and open the targets on a busy machine. */
const openMilliseconds = 300_000;
const pollMilliseconds = 250;

/**
 * Runs a plan to its end.
 * @throws Error where a process fails before its first input: a defect of the fuzzers themselves.
 */
export async function watch(options: WatchOptions): Promise<WatchedRun> {
  const { plan, folder, deadline } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const ended = plan.targets.map(() => emptyTally());
  let from = 0;
  for (;;) {
    const end = await runProcess({ ...options, from });
    if (end === 'done') break;
    const state = readLedger(join(folder, ledgerName), plan.targets.length);
    if (state === null || state.position.step < 0) throw new Error(`The fuzzers did not start (${end}).`);
    const { target, seed, index, step } = state.position;
    const outcome = end === 'still' || end === neverSettled ? 'hang' : 'crash';
    (ended[target] as Tally)[outcome] += 1;
    const name = plan.targets[target]?.name ?? '';
    const error = outcome === 'hang' ? 'no answer' : `the process ended: ${end}`;
    const finding: Finding = { target: name, seed, index, outcome, error };
    appendFileSync(join(folder, findingsName), `${JSON.stringify(finding)}\n`);
    from = step + 1;
    if (deadline !== null && Date.now() > deadline) break;
  }
  const state = readLedger(join(folder, ledgerName), plan.targets.length) as LedgerState;
  return {
    tallies: state.tallies.map((tally, target) => {
      const { hang, crash } = ended[target] as Tally;
      return { ...tally, hang, crash };
    }),
    growthBytes: state.peakBytes - state.baseBytes,
    findings: readFindings(join(folder, findingsName)),
  };
}

/** How a process ended: it did everything, it was killed because it stood still, or its exit code or signal. */
type End = 'done' | 'still' | number | string;

function runProcess(options: WatchOptions & Pick<FuzzJob, 'from'>): Promise<End> {
  const { module, plan, from, deadline, folder, hangMilliseconds } = options;
  const job: FuzzJob = { module, plan, from, deadline, folder };
  const jobPath = join(folder, 'job.json');
  writeFileSync(jobPath, JSON.stringify(job));
  const script = fileURLToPath(new URL('./fuzz-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@ztw/source', '--import', 'tsx', script, jobPath], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let step = -1;
    let stillMilliseconds = 0;
    let still = false;
    // Turns are counted, not the clock: it jumps where the machine sleeps.
    const timer = setInterval(() => {
      // The ledger of an earlier process may still be there.
      const now = readLedger(join(folder, ledgerName), plan.targets.length)?.position.step ?? -1;
      stillMilliseconds = now === step ? stillMilliseconds + pollMilliseconds : 0;
      step = now;
      if (stillMilliseconds > (step < from ? openMilliseconds : hangMilliseconds)) {
        still = true;
        child.kill('SIGKILL');
      }
    }, pollMilliseconds);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      if (still) resolve('still');
      else if (code === 0 && existsSync(join(folder, 'done'))) resolve('done');
      else resolve(signal ?? code ?? -1);
    });
  });
}

function readFindings(path: string): readonly Finding[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding);
}
