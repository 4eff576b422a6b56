// Handles broken standard streams. A reader that stops early (`ztw inspect ... | head`) is not a failure. Results that
// cannot be written are a failure. Diagnostics that cannot be written never stop the work.

import { exitCodes } from './exit-codes.ts';

/** The part of a standard stream that is used here. */
export interface OutputStream {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string, done?: (error?: Error | null) => void): unknown;
}

export interface StandardStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Ends the process. */
  exit(code: number): void;
}

/**
 * Watches the standard streams from now on.
 * @returns a function that ends the process with an exit code, once all results have been handed over.
 */
export function watchStandardStreams({ stdout, stderr, exit }: StandardStreams): (exitCode: number) => void {
  let lost = false;
  let closedCode: number = exitCodes.ok;
  const failed = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') {
      exit(closedCode);
      return;
    }
    // One write can fail twice: as an event, and to its caller.
    if (lost) return;
    lost = true;
    stderr.write(`error: Could not write the results to standard output: ${error.message}. They are lost.\n`);
    exit(exitCodes.failure);
  };
  stderr.on('error', () => undefined);
  stdout.on('error', failed);
  return (exitCode) => {
    closedCode = exitCode;
    stdout.write('', (error) => {
      if (error) failed(error);
      else if (!lost) exit(exitCode);
    });
  };
}
