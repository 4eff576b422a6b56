// What goes between a caller and a worker that trains: one request on the worker itself, and all that belongs to it over a port of its own.

import { isPackedError, type PackedError } from '@ztw/core/runtime';
import type { NewClassesJob, NewClassesResult } from '../personalise/new-classes-job.ts';
import type { TrainingProgress } from '../training/training-progress.ts';

/** Marks the requests among other messages that a worker script may get. */
const kind = 'ztw-train-new-classes';

export interface TrainingRequest {
  readonly kind: typeof kind;
  /** A `NewClassesJob`, which the worker checks. */
  readonly job: unknown;
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
  if (typeof message !== 'object' || message === null) return false;
  const request = message as Partial<Record<keyof TrainingRequest, unknown>>;
  // Without a port nobody waits for an answer.
  return request.kind === kind && isPort(request.port);
}

function isPort(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { postMessage, on, addEventListener } = value as Partial<
    Record<'postMessage' | 'on' | 'addEventListener', unknown>
  >;
  return typeof postMessage === 'function' && (typeof on === 'function' || typeof addEventListener === 'function');
}

/** A reply of a worker that trains; null for a message that is none. */
export function readTrainingReply(message: unknown): TrainingReply | null {
  if (typeof message !== 'object' || message === null) return null;
  const reply = message as Partial<Record<'kind' | 'event' | 'result' | 'error', unknown>>;
  const isReply =
    (reply.kind === 'progress' && typeof reply.event === 'object' && reply.event !== null) ||
    (reply.kind === 'trained' && typeof reply.result === 'object' && reply.result !== null) ||
    (reply.kind === 'failed' && isPackedError(reply.error));
  return isReply ? (message as TrainingReply) : null;
}
