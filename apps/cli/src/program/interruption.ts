import { exitCodes } from './exit-codes.ts';

/**
 * Turns Ctrl-C (SIGINT) and SIGTERM into an AbortSignal. The first one requests an orderly stop that keeps
 * finished work; the second one ends the process at once.
 * @param announce Called once, when the stop is requested.
 */
export function interruptionSignal(announce: (text: string) => void): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
    announce('\nStopping; finished work is kept. Press Ctrl-C again to stop at once.\n');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
