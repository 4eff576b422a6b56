import { formatDuration } from '../output/format.ts';
import type { JobProgress } from '../program/job-context.ts';
import { type Estimator, meanSpeedEstimator } from './estimate.ts';
import type { ProgressDisplay } from './progress-display.ts';

/** Milliseconds between two reports of a running phase. */
const interval = 5000;

export interface PlainProgressOptions {
  /** The clock, in milliseconds; `performance.now` when left out. */
  readonly now?: () => number;
}

/** Progress as plain lines, for logs: one when a phase begins, one every few seconds, one when it is complete. */
export function plainProgress(writeLine: (line: string) => void, options: PlainProgressOptions = {}): ProgressDisplay {
  const now = options.now ?? (() => performance.now());
  let phase: string | null = null;
  let estimator: Estimator = meanSpeedEstimator(now, 0);
  let lastLine = 0;
  let completed = false;
  return {
    update: (progress) => {
      const isNew = progress.phase !== phase;
      if (isNew) {
        phase = progress.phase;
        estimator = meanSpeedEstimator(now, progress.done);
        completed = false;
      }
      const isComplete = progress.done >= progress.total;
      if (completed || !(isNew || isComplete || now() - lastLine >= interval)) return;
      completed = isComplete;
      lastLine = now();
      writeLine(progressLine(progress, estimator));
    },
    note: writeLine,
    close: () => {
      phase = null;
    },
  };
}

function progressLine(progress: JobProgress, estimator: Estimator): string {
  const share = progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : 100;
  const remaining = progress.remainingSeconds ?? estimator.remainingSeconds(progress.done, progress.total);
  const parts = [`${progress.phase}: ${share} %`];
  if (share < 100 && remaining !== null) parts.push(`${formatDuration(remaining)} left`);
  if (progress.detail !== null) parts.push(progress.detail);
  return parts.join(', ');
}
