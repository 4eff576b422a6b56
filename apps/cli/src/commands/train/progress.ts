import type { TrainingProgress } from '@ztw/training';
import { formatPercent } from '../../output/format.ts';
import type { JobContext } from '../../program/job-context.ts';

/** The trainer's whole work as this many units of progress. */
const units = 1000;

/** Turns the trainer's events into a job's progress, and what stays worth reading into notes. */
export function trainingProgress(networkName: string, context: JobContext): (event: TrainingProgress) => void {
  return (event) => {
    if (event.kind === 'resumed') context.onNote(resumedNote(networkName, event));
    if (event.kind === 'cut-done') context.onNote(cutNote(networkName, event));
    context.onProgress({
      phase: `Training on ${networkName}`,
      done: Math.round(event.fraction * units),
      total: units,
      remainingSeconds: event.etaSeconds,
      detail: detailOf(event),
    });
  };
}

function detailOf(event: TrainingProgress): string {
  const cut = `cut ${Math.min(event.cut + 1, event.cuts)} of ${event.cuts}`;
  switch (event.kind) {
    case 'features': {
      const what = event.pass === 'teacher' ? "the network's own answers" : 'features';
      return `${what}, ${event.cut < event.cuts ? cut : 'last segment'}, ${event.rowsDone} of ${event.rowsTotal} rows`;
    }
    case 'step':
      return `${cut}, ${event.variant}, epoch ${event.epoch + 1} of ${event.epochs}, loss ${event.loss.toFixed(3)}, accuracy ${formatPercent(event.accuracy)}`;
    case 'cut-done':
    case 'checkpoint':
    case 'resumed':
      return cut;
  }
}

function resumedNote(networkName: string, event: Extract<TrainingProgress, { kind: 'resumed' }>): string {
  const epochs = event.epoch > 0 ? ` and ${event.epoch} epoch(s) of the next` : '';
  return `${networkName}: resuming after ${event.cut} of ${event.cuts} cuts${epochs}.`;
}

function cutNote(networkName: string, event: Extract<TrainingProgress, { kind: 'cut-done' }>): string {
  const accuracies = event.variants.map(({ name, trainAccuracy, heldOutAccuracy }) =>
    heldOutAccuracy === null
      ? `${name} ${formatPercent(trainAccuracy)} on training rows`
      : `${name} ${formatPercent(heldOutAccuracy)} on calibration rows`,
  );
  return `${networkName}: IC ${event.cut + 1} of ${event.cuts} done: ${accuracies.join(', ')}`;
}
