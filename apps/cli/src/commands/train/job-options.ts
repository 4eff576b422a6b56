import type { PolicyKind } from '@ztw/core';
import type { AnalyseGraphOptions, BundleRuntimes, CutSelection } from '@ztw/onnx-graph';
import type { EnsembleChoice, HeadChoice, Method, PruningUnit, TrainingRecipe } from '@ztw/training';
import type { NormalisationOptions } from '../../data/index.ts';
import type { ImageSource } from '../../images/open-images.ts';
import type { RuntimeOptions } from '../../runtime/onnx-runtime.ts';
import type { TimesOptions } from './open-times.ts';
import type { Augmentation } from './training-data.ts';
import type { HeldOutChoice } from './training-images.ts';

/** All options of `ztw train`, by topic. */
export interface TrainJobOptions {
  readonly networks: NetworkOptions;
  readonly data: DataOptions;
  readonly heads: HeadsOptions;
  readonly recipe: TrainingRecipe;
  readonly calibration: ThresholdOptions;
  /** How exits that may cost more than they save are judged; null: all exits are kept. */
  readonly pruning: PruningChoice | null;
  readonly output: OutputOptions;
  readonly work: WorkOptions;
  readonly runtime: RuntimeOptions;
  /** The command line as the bundle records it. */
  readonly command: string;
}

export interface NetworkOptions {
  /** In the order of the chain; one is the usual case. */
  readonly files: readonly { readonly path: string; readonly cuts: CutSelection }[];
  /** Shapes and outputs that the files leave open. */
  readonly graph: AnalyseGraphOptions;
}

export interface DataOptions {
  /** May be null if nothing is trained. */
  readonly training: ImageSource | null;
  readonly heldOut: HeldOutChoice;
  readonly normalisation: NormalisationOptions;
  /** File with the names of the classes, in the order of the networks' outputs; null where none was given. */
  readonly classNames: string | null;
  /** True: continue with networks that do not fit the data. */
  readonly allowMismatch: boolean;
  readonly augmentation: Augmentation;
  /** False: labels of the training data are ignored. */
  readonly useLabels: boolean;
}

export interface HeadsOptions {
  readonly head: HeadChoice;
  readonly methods: readonly Method[];
}

export interface ThresholdOptions {
  readonly ensemble: EnsembleChoice;
  /** Ascending fractions of the last network's cost. */
  readonly budgets: readonly number[];
  /** Ascending mean milliseconds per image; operating points are also chosen for these. */
  readonly timeBudgets: readonly number[];
  /** Policy kind of the operating points. */
  readonly policy: PolicyKind;
  /** Where times of stages come from, if budgets or pruning need them. */
  readonly times: TimesOptions;
}

export interface PruningChoice {
  readonly unit: PruningUnit;
  /** Accuracy that may be lost against the full network, 0 to 1; null: one standard error on the held-out images. */
  readonly tolerance: number | null;
  /** Paths of other networks that could answer every row instead. */
  readonly alternatives: readonly string[];
}

export interface OutputOptions {
  readonly folder: string;
  readonly overwrite: boolean;
  readonly runtimes: BundleRuntimes;
}

export interface WorkOptions {
  readonly folder: string;
  /** Whether the folder is kept at the end. */
  readonly keep: boolean;
  /** False: discard the work of an interrupted job. */
  readonly resume: boolean;
  /** Most bytes of features in memory. */
  readonly memoryLimit: number;
}
