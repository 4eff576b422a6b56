// What the training of one cut works on.

import type { CutState, TrainLogits } from '../checkpoint/resume-point.ts';
import type { FeatureStore } from '../features/feature-store.ts';
import type { RowPlan } from '../features/row-plan.ts';

export interface CutTask {
  readonly cut: number;
  readonly plan: RowPlan;
  /** What the ICs are trained on. */
  readonly cached: FeatureStore;
  /** Of the cut before, or of the network before in a chain, per variant, `[copies * rows, classes]`; null where nothing comes before. */
  readonly previousTrainLogits: TrainLogits | null;
  /** The same on the held-out rows, per variant `[heldOut.rows, classes]`. */
  readonly previousHeldOutLogits: readonly (Float32Array | null)[];
  /** The backbone's own `[copies * rows, classes]`; null without distillation. */
  readonly teacherLogits: Float32Array | null;
  /** Where to go on; null starts anew. */
  readonly resumed: CutState | null;
  /** Writes a checkpoint in the middle of the cut. */
  save(state: CutState): Promise<void>;
}
