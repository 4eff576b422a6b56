import type { ProgressDisplay } from './progress-display.ts';

/** Shows nothing: for `--quiet`. */
export function silentProgress(): ProgressDisplay {
  return { update: () => {}, note: () => {}, close: () => {} };
}
