import { SingleBar } from 'cli-progress';
import { formatDuration } from '../output/format.ts';
import type { JobProgress } from '../program/job-context.ts';
import { type Estimator, meanSpeedEstimator } from './estimate.ts';
import type { ProgressDisplay } from './progress-display.ts';

/** A phase that is being shown. */
interface Phase {
  readonly name: string;
  readonly start: number;
  readonly estimator: Estimator;
  /** The latest report. */
  latest: JobProgress;
  /** null while the bar's line shows something else. */
  bar: SingleBar | null;
}

/** One bar on the terminal's last line. A completed phase leaves a line with its duration. */
export function terminalProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  let phase: Phase | null = null;

  const hideBar = (): void => {
    phase?.bar?.stop();
    if (phase !== null) phase.bar = null;
  };
  const endPhase = (): void => {
    hideBar();
    if (phase !== null && phase.latest.done >= phase.latest.total) {
      stream.write(`${phase.name}: done in ${formatDuration((performance.now() - phase.start) / 1000)}\n`);
    }
    phase = null;
  };
  const beginPhase = (progress: JobProgress): Phase => ({
    name: progress.phase,
    start: performance.now(),
    estimator: meanSpeedEstimator(() => performance.now(), progress.done),
    latest: progress,
    bar: null,
  });

  return {
    update: (progress) => {
      if (phase?.name !== progress.phase) endPhase();
      phase ??= beginPhase(progress);
      phase.latest = progress;
      phase.bar ??= showBar(stream, progress);
      phase.bar.setTotal(progress.total);
      phase.bar.update(progress.done, barTexts(progress, phase.estimator));
    },
    note: (text) => {
      hideBar();
      stream.write(`${text}\n`);
    },
    close: endPhase,
  };
}

function showBar(stream: NodeJS.WriteStream, progress: JobProgress): SingleBar {
  const bar = new SingleBar({
    stream,
    // Braces are the library's placeholders, so arbitrary text is passed as values.
    format: '{phase} {bar} {percentage} % {left}{detail}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    fps: 10,
    hideCursor: true,
    clearOnComplete: true,
    emptyOnZero: true,
    gracefulExit: false,
  });
  bar.start(progress.total, progress.done, { phase: progress.phase, left: '', detail: '' });
  return bar;
}

function barTexts(progress: JobProgress, estimator: Estimator): Readonly<Record<string, string>> {
  const remaining = progress.remainingSeconds ?? estimator.remainingSeconds(progress.done, progress.total);
  return {
    phase: progress.phase,
    left: remaining === null || progress.done >= progress.total ? '' : `${formatDuration(remaining)} left `,
    detail: progress.detail ?? '',
  };
}
