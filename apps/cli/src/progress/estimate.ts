// The remaining time of a phase, for jobs that do not know it themselves.

/** Remembers when a phase began; the clock is passed in. */
export interface Estimator {
  /** Remaining seconds at the mean speed so far; null before there is an estimate. */
  remainingSeconds(done: number, total: number): number | null;
}

/**
 * Estimates by the mean speed since the phase's first report.
 * @param now Milliseconds, rising.
 */
export function meanSpeedEstimator(now: () => number, doneAtStart: number): Estimator {
  const start = now();
  return {
    remainingSeconds: (done, total) => {
      const finished = done - doneAtStart;
      if (finished <= 0) return null;
      const secondsPerUnit = (now() - start) / 1000 / finished;
      return secondsPerUnit * Math.max(0, total - done);
    },
  };
}
