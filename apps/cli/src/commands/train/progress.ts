// Shows the events of making a bundle to people: progress, and notes that remain on the screen.

import type { TrainingProgress } from '@ztw/training';
import type { BundleEvent } from '@ztw/training/onnx';
import { formatBytes, formatGrouped, formatPercent } from '../../output/format.ts';
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
      onNote(`${event.network} was finished before the interruption; its result is reused.`);
      break;
    case 'onnx-only':
      onNote(`Note: the bundle will run on ONNX Runtime only. ${event.reason}.`);
      break;
    case 'exits-dropped': {
      const again = event.trainsAgain ? ' ICs that recycled their logits are trained again.' : '';
      const why = event.accurateEnough
        ? 'cost more than they save'
        : 'are useless, because no threshold is accurate enough';
      onNote(`${event.method}: ${event.dropped} of ${event.exits} exits ${why}.${again}`);
      break;
    }
  }
}

function showTraining(networkName: string, event: TrainingProgress, context: JobContext): void {
  if (event.kind === 'planned') context.onNote(planNote(networkName, event));
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

function detailOf(event: TrainingProgress): string | null {
  switch (event.kind) {
    case 'planned':
      return null;
    case 'features': {
      const what = event.pass === 'teacher' ? "the network's own answers" : 'features';
      const pass = event.passes === 1 ? '' : `pass ${event.number} of ${event.passes}, `;
      return `${what}, ${pass}${event.rowsDone} of ${event.rowsTotal} rows`;
    }
    case 'step':
      return `${cutOf(event)}, ${event.variant}, epoch ${event.epoch + 1} of ${event.epochs}, loss ${event.loss.toFixed(3)}, accuracy ${formatPercent(event.accuracy)}`;
    case 'cut-done':
    case 'checkpoint':
    case 'resumed':
      return cutOf(event);
  }
}

function cutOf({ cut, cuts }: { readonly cut: number; readonly cuts: number }): string {
  return `cut ${Math.min(cut + 1, cuts)} of ${cuts}`;
}

/** What the training will take, before it begins. */
function planNote(networkName: string, event: Extract<TrainingProgress, { kind: 'planned' }>): string {
  const { rows, passes, featureBytes, memoryBytes, storedBytes } = event;
  const how = passes === 1 ? 'in one pass' : `in ${passes} passes`;
  const disk = storedBytes === 0 ? '' : ` and ${formatBytes(storedBytes)} of disk space`;
  return `${networkName}: ${formatGrouped(rows)} images run through the network ${how}. Their features, ${formatBytes(featureBytes)} at most, take ${formatBytes(memoryBytes)} of memory${disk}.`;
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
