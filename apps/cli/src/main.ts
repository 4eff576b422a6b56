#!/usr/bin/env node
import { interruptionSignal } from './program/interruption.ts';
import { processEnvironment } from './program/process-environment.ts';
import { runCommandLine } from './program/run-command-line.ts';

// A reader that has seen enough (`ztw inspect ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const signal = interruptionSignal((text) => void process.stderr.write(text));
const exitCode = await runCommandLine(process.argv.slice(2), processEnvironment(signal));

// Runtimes may leave worker threads behind, so the process is ended here, once all results have been handed over.
process.stdout.write('', () => process.exit(exitCode));
