// Progress events of the trainer. Every event carries the progress of the whole job.

/** Progress of the whole job. */
export interface OverallProgress {
  /** Fraction of the job's work that is done, in 0..1; never decreases. */
  readonly fraction: number;
  /** Remaining seconds at the speed measured so far. */
  readonly etaSeconds: number;
}

/** Rows pass one segment. */
export interface FeaturesProgress extends OverallProgress {
  readonly kind: 'features';
  /**
   * `teacher`: the pass that collects the backbone's own predictions; `sweep`: the pass that computes the ICs'
   * features.
   */
  readonly pass: 'teacher' | 'sweep';
  /** Index of the segment. It ends at the cut with the same index, or at the backbone's own classifier. */
  readonly cut: number;
  readonly cuts: number;
  /** Rows through this segment, including all augmented copies and the held-out rows. */
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

export type TrainingProgress = FeaturesProgress | StepProgress | CutDoneProgress | CheckpointProgress | ResumedProgress;
