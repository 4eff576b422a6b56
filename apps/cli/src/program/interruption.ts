import { exitCodes } from './exit-codes.ts';

/**
 * Turns Ctrl-C (SIGINT) and SIGTERM into an AbortSignal. The first one asks for an orderly stop, in which what has been
 * finished is kept; the second one ends the process at once.
 * @param announce Told, once, that the stop has been asked for.
 */
export function interruptionSignal(announce: (text: string) => void): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
    announce('\nStopping in good order; Ctrl-C again stops at once.\n');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
