#!/usr/bin/env node
import { exitCodes } from './program/exit-codes.ts';
import { interruptionSignal } from './program/interruption.ts';
import { processEnvironment } from './program/process-environment.ts';
import { runCommandLine } from './program/run-command-line.ts';
import { watchStandardStreams } from './program/standard-streams.ts';

const { stdout, stderr } = process;
const finish = watchStandardStreams({ stdout, stderr, exit: (code) => process.exit(code) });
// Node exits silently if nothing is pending although the command has not finished.
process.once('beforeExit', () => {
  stderr.write('error: internal: the command ended without a result. Please report the command line.\n');
  process.exit(exitCodes.failure);
});
const signal = interruptionSignal((text) => void stderr.write(text));
const exitCode = await runCommandLine(process.argv.slice(2), processEnvironment(signal));

// Runtimes may leave worker threads running, so the process exits explicitly.
finish(exitCode);
