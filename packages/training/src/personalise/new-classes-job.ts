// What a training of new classes is asked for and gives: plain data, so that it passes to a worker and back.

import type { HeadForOptions, NetworkHeads } from '@ztw/heads';
import type { LabelledRows } from '../data/row-data.ts';
import type { TrainingTimings } from '../training/train-options.ts';
import type { TrainingRecipe } from '../training/training-recipe.ts';
import type { NetworkCutSelection } from './choose-network-cuts.ts';

export interface NewClassesJob {
  /** Names of the new classes, in the order of their indices; at least two. */
  readonly classes: readonly string[];
  readonly training: LabelledRows;
  /** Rows that are not trained on, to see how good the heads are. Default: none. */
  readonly heldOut?: LabelledRows | null;
  /**
   * Where heads stand; the last is the final one. Default `newClassesDefaults.cuts`: four places, or all
   * preferred ones of a network that has fewer.
   */
  readonly cuts?: NetworkCutSelection;
  /**
   * What the heads are like. Default: `pooled` on maps, else what `headFor` chooses; where that costs much beside the network, the cheaper
   * ones of `designHeads`.
   */
  readonly heads?: Omit<HeadForOptions, 'classes' | 'cascade' | 'bounds'>;
  /** What differs from `newClassesDefaults.recipe`. */
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

/** What a job leaves open: many short epochs, because a user's own rows are few. */
export const newClassesDefaults: {
  readonly cuts: Extract<NetworkCutSelection, { readonly kind: 'fractions' }>;
  readonly recipe: Partial<TrainingRecipe>;
} = {
  cuts: { kind: 'fractions', fractions: [0.25, 0.5, 0.75, 0.95] },
  recipe: { epochs: 30, batchSize: 32 },
};
