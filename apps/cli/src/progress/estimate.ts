// The remaining time of a phase, for jobs that do not know it themselves.

/** Remembers when a phase began; pure apart from the clock that it is given. */
export interface Estimator {
  /** Seconds that are left if the rest goes as fast as what has been done, or null before anything can be said. */
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
