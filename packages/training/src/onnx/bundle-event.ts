// Progress events of making a bundle. The caller shows them.

import type { BundleMethod } from '../plan/method.ts';
import type { TrainingProgress } from '../training/training-progress.ts';
import type { HeadsReport } from './heads-report.ts';

/** The cost of a network's heads, reported before any of them is trained. */
export interface HeadsPlannedEvent {
  readonly kind: 'heads-planned';
  readonly heads: HeadsReport;
}

/**
 * The ICs of a network are in training. `progress` holds the fraction done and the remaining seconds for all of them.
 */
export interface NetworkTrainingEvent {
  readonly kind: 'training';
  readonly network: string;
  readonly progress: TrainingProgress;
}

/** A network without cuts runs on rows. */
export interface NetworkRunningEvent {
  readonly kind: 'running';
  readonly network: string;
  readonly rows: 'calibration' | 'training';
  readonly done: number;
  readonly total: number;
}

/** Stages are being measured. */
export interface MeasuringEvent {
  readonly kind: 'measuring';
  readonly done: number;
  readonly total: number;
}

/** The stored result of a network that was finished before an interruption is reused. */
export interface TakenOverEvent {
  readonly kind: 'taken-over';
  readonly network: string;
}

/** A bundle gets no programs for TensorFlow.js, which lacks an operator of the network. */
export interface OnnxOnlyEvent {
  readonly kind: 'onnx-only';
  readonly reason: string;
}

/** Exits of a method are dropped. */
export interface ExitsDroppedEvent {
  readonly kind: 'exits-dropped';
  readonly method: BundleMethod;
  readonly dropped: number;
  /** Number of exits before. */
  readonly exits: number;
  /** False: no threshold is accurate enough, so exits do not help. True: they cost more than they save. */
  readonly accurateEnough: boolean;
  /** Whether ICs that recycled logits of dropped ICs are trained again. */
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

/** Where long work reports its progress, and how it is stopped. */
export interface Watch {
  report(event: BundleEvent): void;
  readonly signal: AbortSignal | undefined;
}
