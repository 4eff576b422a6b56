// What the making of a bundle tells while it works. Showing it is the caller's.

import type { BundleMethod } from '../plan/method.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import type { HeadsReport } from './heads-report.ts';

/** What the heads of a network will cost, before any of them is trained. */
export interface HeadsPlannedEvent {
  readonly kind: 'heads-planned';
  readonly heads: HeadsReport;
}

/** A network's ICs are trained; `progress` says how far all of them are, and how many seconds are left. */
export interface NetworkTrainingEvent {
  readonly kind: 'training';
  readonly network: string;
  readonly progress: TrainingProgress;
}

/** A network without cuts answers rows. */
export interface NetworkRunningEvent {
  readonly kind: 'running';
  readonly network: string;
  readonly rows: 'calibration' | 'training';
  readonly done: number;
  readonly total: number;
}

/** Stages are measured. */
export interface MeasuringEvent {
  readonly kind: 'measuring';
  readonly done: number;
  readonly total: number;
}

/** A network was finished before an interruption. */
export interface TakenOverEvent {
  readonly kind: 'taken-over';
  readonly network: string;
}

/** A bundle gets no programs for TensorFlow.js, because that lacks an operator of the network. */
export interface OnnxOnlyEvent {
  readonly kind: 'onnx-only';
  readonly reason: string;
}

/** Exits of a method are dropped. */
export interface ExitsDroppedEvent {
  readonly kind: 'exits-dropped';
  readonly method: BundleMethod;
  readonly dropped: number;
  /** How many there were. */
  readonly exits: number;
  /** False: no threshold is accurate enough, so exits are of no use. True: they cost more than they save. */
  readonly accurateEnough: boolean;
  /** Whether ICs that recycled the logits of dropped ones are trained again. */
  readonly trainsAgain: boolean;
}

export type BundleEvent =
  | HeadsPlannedEvent
  | NetworkTrainingEvent
  | NetworkRunningEvent
  | MeasuringEvent
  | TakenOverEvent
  | OnnxOnlyEvent
  | ExitsDroppedEvent;

/** How long work tells where it is, and how it is stopped. */
export interface Watch {
  report(event: BundleEvent): void;
  readonly signal: AbortSignal | undefined;
}
