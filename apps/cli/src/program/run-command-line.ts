import { CommanderError } from 'commander';
import { describeError } from './describe-error.ts';
import type { CommandEnvironment } from './environment.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command line to its end.
 * @param args Arguments after the program's name.
 * @returns the exit code; failures have been reported on the diagnostic stream.
 */
export async function runCommandLine(args: readonly string[], environment: CommandEnvironment): Promise<number> {
  const program = createProgram(environment);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    const { verbose = false } = program.opts<{ verbose?: boolean }>();
    environment.writeDiagnostic(describeError(error, { verbose, colours: environment.colours }));
    return exitCodeOf(error);
  }
}
