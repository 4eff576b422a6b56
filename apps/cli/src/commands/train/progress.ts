// What the making of bundles tells, for people: progress, and notes of what stays worth reading.

import type { TrainingProgress } from '@ztw/training';
import type { BundleEvent } from '@ztw/training/onnx';
import { formatPercent } from '../../output/format.ts';
import type { JobContext } from '../../program/job-context.ts';
import { headNotes } from './head-notes.ts';

/** The trainer's whole work as this many units of progress. */
const units = 1000;

/** Shows one event. */
export function showEvent(event: BundleEvent, context: JobContext): void {
  const { onProgress, onNote } = context;
  switch (event.kind) {
    case 'heads-planned':
      for (const note of headNotes(event.heads)) onNote(note);
      break;
    case 'training':
      showTraining(event.network, event.progress, context);
      break;
    case 'running': {
      const phase = `Running ${event.network} on the ${event.rows} images`;
      onProgress({ phase, done: event.done, total: event.total, remainingSeconds: null, detail: null });
      break;
    }
    case 'measuring': {
      const { done, total } = event;
      onProgress({ phase: 'Measuring stages', done, total, remainingSeconds: null, detail: null });
      break;
    }
    case 'taken-over':
      onNote(`${event.network} was finished before the interruption; its result is taken over.`);
      break;
    case 'onnx-only':
      onNote(`Note: the bundle will run on ONNX Runtime alone. ${event.reason}.`);
      break;
    case 'exits-dropped': {
      const again = event.trainsAgain ? ' ICs that recycled their logits are trained again.' : '';
      const why = event.accurateEnough
        ? 'cost more than they save'
        : 'are of no use, since no threshold is accurate enough';
      onNote(`${event.method}: ${event.dropped} of ${event.exits} exits ${why}.${again}`);
      break;
    }
  }
}

function showTraining(networkName: string, event: TrainingProgress, context: JobContext): void {
  if (event.kind === 'resumed') context.onNote(resumedNote(networkName, event));
  if (event.kind === 'cut-done') context.onNote(cutNote(networkName, event));
  context.onProgress({
    phase: `Training on ${networkName}`,
    done: Math.round(event.fraction * units),
    total: units,
    remainingSeconds: event.etaSeconds,
    detail: detailOf(event),
  });
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
