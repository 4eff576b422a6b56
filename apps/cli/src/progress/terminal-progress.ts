import { SingleBar } from 'cli-progress';
import type { JobProgress } from '../jobs/job-context.ts';
import { formatDuration } from '../output/format.ts';
import { type Estimator, meanSpeedEstimator } from './estimate.ts';
import type { ProgressDisplay } from './progress-display.ts';

/** One bar on a terminal; each phase that ends leaves its bar behind and the next phase gets a new one. */
export function terminalProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  let current: { readonly phase: string; readonly bar: SingleBar; readonly estimator: Estimator } | null = null;
  const stop = (): void => {
    current?.bar.stop();
    current = null;
  };
  const start = (progress: JobProgress): NonNullable<typeof current> => {
    stop();
    const bar = new SingleBar({
      stream,
      format: `${progress.phase} {bar} {percentage} % {left}{detail}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      fps: 10,
      hideCursor: true,
      clearOnComplete: false,
      emptyOnZero: true,
      gracefulExit: false,
    });
    bar.start(progress.total, progress.done, { left: '', detail: '' });
    return { phase: progress.phase, bar, estimator: meanSpeedEstimator(() => performance.now(), progress.done) };
  };
  return {
    update: (progress) => {
      const shown = current?.phase === progress.phase ? current : start(progress);
      current = shown;
      const remaining =
        progress.remainingSeconds ?? shown.estimator.remainingSeconds(progress.done, progress.total) ?? null;
      shown.bar.setTotal(progress.total);
      shown.bar.update(progress.done, {
        left: remaining === null || progress.done >= progress.total ? '' : `${formatDuration(remaining)} left `,
        detail: progress.detail ?? '',
      });
    },
    note: (text) => {
      stop();
      stream.write(`${text}\n`);
    },
    close: stop,
  };
}
