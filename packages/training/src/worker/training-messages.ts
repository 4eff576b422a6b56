// What goes between a caller and a worker that trains: one request on the worker itself, and all that belongs to it over a port of its own.

import type { PackedError } from '@ztw/core';
import type { NewClassesJob, NewClassesResult } from '../personalise/new-classes-job.ts';
import type { TrainingProgress } from '../training/training-progress.ts';

/** Marks the requests among other messages that a worker script may get. */
const kind = 'ztw-train-new-classes';

export interface TrainingRequest {
  readonly kind: typeof kind;
  readonly job: NewClassesJob;
  /** The worker's end: replies go out, and a first message in calls the training off. */
  readonly port: MessagePort;
}

export type TrainingReply =
  | { readonly kind: 'progress'; readonly event: TrainingProgress }
  | { readonly kind: 'trained'; readonly result: NewClassesResult }
  | { readonly kind: 'failed'; readonly error: PackedError };

export function trainingRequest(job: NewClassesJob, port: MessagePort): TrainingRequest {
  return { kind, job, port };
}

export function isTrainingRequest(message: unknown): message is TrainingRequest {
  return typeof message === 'object' && message !== null && (message as { readonly kind?: unknown }).kind === kind;
}
