import pc from 'picocolors';
import { plainProgress } from '../progress/plain-progress.ts';
import { silentProgress } from '../progress/silent-progress.ts';
import { terminalProgress } from '../progress/terminal-progress.ts';
import type { CommandEnvironment } from './environment.ts';

const widthWithoutTerminal = 120;

/** The environment of this process: its standard streams, and the given signal. */
export function processEnvironment(signal: AbortSignal): CommandEnvironment {
  return {
    writeResult: (text) => void process.stdout.write(text),
    writeDiagnostic: (text) => void process.stderr.write(text),
    colours: pc.isColorSupported && process.stderr.isTTY === true,
    columns: process.stdout.columns ?? widthWithoutTerminal,
    args: process.argv.slice(2),
    signal,
    progressDisplay: (quiet) => {
      if (quiet) return silentProgress();
      return process.stderr.isTTY === true
        ? terminalProgress(process.stderr)
        : plainProgress((line) => void process.stderr.write(`${line}\n`));
    },
  };
}
