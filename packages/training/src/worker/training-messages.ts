// Messages between a caller and a training worker: one request on the worker itself, then everything about it over a
// separate port.

import { isPackedError, type PackedError } from '@ztw/core/runtime';
import type { NewClassesJob, NewClassesResult } from '../personalise/new-classes-job.ts';
import type { TrainingProgress } from '../training/training-progress.ts';

/** Distinguishes requests from other messages to the worker script. */
const kind = 'ztw-train-new-classes';

export interface TrainingRequest {
  readonly kind: typeof kind;
  /** A `NewClassesJob`, which the worker checks. */
  readonly job: unknown;
  /** The worker's end. It sends replies; the first message that it receives cancels the training. */
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
  // Without a port, no caller waits for a reply.
  return request.kind === kind && isPort(request.port);
}

function isPort(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { postMessage, on, addEventListener } = value as Partial<
    Record<'postMessage' | 'on' | 'addEventListener', unknown>
  >;
  return typeof postMessage === 'function' && (typeof on === 'function' || typeof addEventListener === 'function');
}

/** A reply of a training worker; null for any other message. */
export function readTrainingReply(message: unknown): TrainingReply | null {
  if (typeof message !== 'object' || message === null) return null;
  const reply = message as Partial<Record<'kind' | 'event' | 'result' | 'error', unknown>>;
  const isReply =
    (reply.kind === 'progress' && typeof reply.event === 'object' && reply.event !== null) ||
    (reply.kind === 'trained' && typeof reply.result === 'object' && reply.result !== null) ||
    (reply.kind === 'failed' && isPackedError(reply.error));
  return isReply ? (message as TrainingReply) : null;
}
