// Progress events of the trainer. Every event carries the progress of the whole job.

/** Progress of the whole job. */
export interface OverallProgress {
  /** Fraction of the job's work that is done, in 0..1; never decreases. */
  readonly fraction: number;
  /** Remaining seconds at the speed measured so far. */
  readonly etaSeconds: number;
}

/** What the trainer will do, before it begins. */
export interface PlannedProgress extends OverallProgress {
  readonly kind: 'planned';
  /** Rows through the backbone, including all augmented copies and the held-out rows. */
  readonly rows: number;
  /** Passes over these rows, each through some of the segments; with one, every row runs through all of them at once. */
  readonly passes: number;
  /** Most bytes of features that are stored at one time. */
  readonly featureBytes: number;
  /** Of these, what the memory limit allows to keep in memory. */
  readonly memoryBytes: number;
  /** Bytes in the stores: what memory does not hold, or all of it where a pass is recorded. */
  readonly storedBytes: number;
}

/** Rows run through the segments of a pass. */
export interface FeaturesProgress extends OverallProgress {
  readonly kind: 'features';
  /**
   * `teacher`: the pass that collects the backbone's own predictions; `sweep`: the pass that computes the ICs'
   * features.
   */
  readonly pass: 'teacher' | 'sweep';
  /** The pass among those of its kind, from 1. */
  readonly number: number;
  readonly passes: number;
  /** Where the pass ends: a cut, or the number of cuts for the backbone's own classifier. */
  readonly cut: number;
  readonly cuts: number;
  /** Rows through this pass, including all augmented copies and the held-out rows. */
  readonly rowsDone: number;
  readonly rowsTotal: number;
}

/** One step of the optimiser on one IC. */
export interface StepProgress extends OverallProgress {
  readonly kind: 'step';
  readonly cut: number;
  readonly cuts: number;
  readonly variant: string;
  /** From 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** Completed steps of this epoch. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Accuracy on the epoch's rows so far (agreement with the teacher if there are no labels). */
  readonly accuracy: number;
}

/** All ICs of one cut are trained. */
export interface CutDoneProgress extends OverallProgress {
  readonly kind: 'cut-done';
  readonly cut: number;
  readonly cuts: number;
  readonly variants: readonly {
    readonly name: string;
    /** Mean loss and accuracy over the last epoch. */
    readonly trainLoss: number;
    readonly trainAccuracy: number;
    /** Null without held-out labels. */
    readonly heldOutAccuracy: number | null;
  }[];
}

/** A checkpoint was written. A later kill loses no work done before it. */
export interface CheckpointProgress extends OverallProgress {
  readonly kind: 'checkpoint';
  readonly cut: number;
  readonly cuts: number;
  /** Completed epochs of this cut. */
  readonly epoch: number;
}

/** A checkpoint of the same job was found; training resumes from it. */
export interface ResumedProgress extends OverallProgress {
  readonly kind: 'resumed';
  /** Number of cuts whose ICs are trained. */
  readonly cut: number;
  readonly cuts: number;
  /** Completed epochs of the next cut. */
  readonly epoch: number;
}

export type TrainingProgress =
  | PlannedProgress
  | FeaturesProgress
  | StepProgress
  | CutDoneProgress
  | CheckpointProgress
  | ResumedProgress;
