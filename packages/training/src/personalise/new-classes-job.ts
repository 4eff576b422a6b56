// The input and the result of training new classes. Both are plain data, so they pass to a worker and back.

import type { HeadForOptions, NetworkHeads } from '@ztw/heads';
import type { LabelledRows } from '../data/row-data.ts';
import type { TrainingTimings } from '../training/train-options.ts';
import type { TrainingRecipe } from '../training/training-recipe.ts';
import type { NetworkCutSelection } from './choose-network-cuts.ts';

export interface NewClassesJob {
  /** Names of the new classes, in the order of their indices; at least two. */
  readonly classes: readonly string[];
  readonly training: LabelledRows;
  /** Rows to evaluate the heads on; not used for training. Default: none. */
  readonly heldOut?: LabelledRows | null;
  /**
   * The cuts with heads; the last head is the final one. Default `newClassesDefaults.cuts`: four cuts, or all preferred
   * cuts of a network with fewer.
   */
  readonly cuts?: NetworkCutSelection;
  /**
   * Design of the heads. Default: `pooled` on maps, else the choice of `headFor`. If these are expensive compared with
   * the network, the cheaper heads of `designHeads`.
   */
  readonly heads?: Omit<HeadForOptions, 'classes' | 'cascade' | 'bounds'>;
  /** Overrides of `newClassesDefaults.recipe`. */
  readonly recipe?: Partial<TrainingRecipe>;
}

export interface NewClassesResult extends NetworkHeads {
  readonly newClasses: number;
  readonly labels: readonly string[];
  /** Per cut: mean accuracy over the last epoch, while the IC was still learning. */
  readonly trainAccuracy: readonly number[];
  /** Per cut: `[rows, classes]` on the held-out rows; empty without any. */
  readonly heldOutLogits: readonly Float32Array[];
  readonly timings: TrainingTimings;
}

/** Defaults of a job: many short epochs, because a user has few rows. */
export const newClassesDefaults: {
  readonly cuts: Extract<NetworkCutSelection, { readonly kind: 'fractions' }>;
  readonly recipe: Partial<TrainingRecipe>;
} = {
  cuts: { kind: 'fractions', fractions: [0.25, 0.5, 0.75, 0.95] },
  recipe: { epochs: 30, batchSize: 32 },
};
