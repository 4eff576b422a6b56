#!/usr/bin/env node
import { exitCodes } from './program/exit-codes.ts';
import { interruptionSignal } from './program/interruption.ts';
import { processEnvironment } from './program/process-environment.ts';
import { runCommandLine } from './program/run-command-line.ts';
import { watchStandardStreams } from './program/standard-streams.ts';

const { stdout, stderr } = process;
const finish = watchStandardStreams({ stdout, stderr, exit: (code) => process.exit(code) });
// Node ends without a word where nothing is left to wait for and the command has not come to its end.
process.once('beforeExit', () => {
  stderr.write('error: internal: the command ended without a result. Please report how it was called.\n');
  process.exit(exitCodes.failure);
});
const signal = interruptionSignal((text) => void stderr.write(text));
const exitCode = await runCommandLine(process.argv.slice(2), processEnvironment(signal));

// Runtimes may leave worker threads behind, so the process is ended here.
finish(exitCode);
