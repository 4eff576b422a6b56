import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandEnvironment } from '../../src/program/environment.ts';
import { runCommandLine } from '../../src/program/run-command-line.ts';
import { plainProgress } from '../../src/progress/plain-progress.ts';
import { silentProgress } from '../../src/progress/silent-progress.ts';

export interface CommandRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line inside this process; starting one for each of many small cases would take minutes. */
export async function runInProcess(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<CommandRun> {
  let stdout = '';
  let stderr = '';
  const environment: CommandEnvironment = {
    writeResult: (text) => {
      stdout += text;
    },
    writeDiagnostic: (text) => {
      stderr += text;
    },
    colours: false,
    columns: 120,
    args,
    signal,
    progressDisplay: (quiet) =>
      quiet
        ? silentProgress()
        : plainProgress((line) => {
            stderr += `${line}\n`;
          }),
  };
  const code = await runCommandLine(args, environment);
  return { code, stdout, stderr };
}

const cli = fileURLToPath(new URL('../../', import.meta.url));

export interface SpawnOptions {
  /** Sends `kill` once the diagnostics contain `when`. */
  readonly interrupt?: { readonly when: string; readonly signal: NodeJS.Signals };
}

/** Runs a command line as a process of its own, from the sources. */
export function runProcess(args: readonly string[], options: SpawnOptions = {}): Promise<CommandRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--conditions=@ztw/source', '--import', 'tsx', `${cli}src/main.ts`, ...args],
      { cwd: cli, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stdout = '';
    let stderr = '';
    let interrupted = false;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      const { interrupt } = options;
      if (interrupt !== undefined && !interrupted && stderr.includes(interrupt.when)) {
        interrupted = true;
        child.kill(interrupt.signal);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
