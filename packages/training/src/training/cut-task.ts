// The input of training one cut.

import type { CutState, TrainLogits } from '../checkpoint/resume-point.ts';
import type { FeatureStore } from '../features/feature-store.ts';
import type { RowPlan } from '../features/row-plan.ts';

export interface CutTask {
  readonly cut: number;
  readonly plan: RowPlan;
  /** The features for the ICs. */
  readonly cached: FeatureStore;
  /** Logits of the previous cut or network, per variant, `[copies * rows, classes]`; null at the start of a chain. */
  readonly previousTrainLogits: TrainLogits | null;
  /** The same on the held-out rows, per variant `[heldOut.rows, classes]`. */
  readonly previousHeldOutLogits: readonly (Float32Array | null)[];
  /** The backbone's own logits `[copies * rows, classes]`; null without distillation. */
  readonly teacherLogits: Float32Array | null;
  /** The state to resume; null starts from the beginning. */
  readonly resumed: CutState | null;
  /** Writes a checkpoint during the training of the cut. */
  save(state: CutState): Promise<void>;
}
