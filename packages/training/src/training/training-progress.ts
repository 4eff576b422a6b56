// Events of a trainer while it works. Every event carries the progress of the whole job.

/** How far the whole job is. */
export interface OverallProgress {
  /** Work done of the whole job, in 0..1; never goes back. */
  readonly fraction: number;
  /** Seconds left, from the speed measured so far. */
  readonly etaSeconds: number;
}

/** Rows on their way through one segment. */
export interface FeaturesProgress extends OverallProgress {
  readonly kind: 'features';
  /** `teacher`: the pass that collects the backbone's own predictions; `sweep`: the features that ICs are trained on. */
  readonly pass: 'teacher' | 'sweep';
  /** Index of the segment; it ends at the cut of the same index, or at the backbone's own classifier. */
  readonly cut: number;
  readonly cuts: number;
  /** Rows through this segment, all augmented copies and the held-out rows counted. */
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
  /** Steps done in this epoch. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Share of the epoch's rows so far that the IC got right (against the teacher's answer where there are no labels). */
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

/** A checkpoint was written: a kill from here on loses nothing that was done before. */
export interface CheckpointProgress extends OverallProgress {
  readonly kind: 'checkpoint';
  readonly cut: number;
  readonly cuts: number;
  /** Epochs of this cut that are done. */
  readonly epoch: number;
}

/** A checkpoint of the same job was found: training goes on from there. */
export interface ResumedProgress extends OverallProgress {
  readonly kind: 'resumed';
  /** Cuts whose ICs are done. */
  readonly cut: number;
  readonly cuts: number;
  /** Epochs of the next cut that are done. */
  readonly epoch: number;
}

export type TrainingProgress = FeaturesProgress | StepProgress | CutDoneProgress | CheckpointProgress | ResumedProgress;
