import type { PolicyKind } from '@ztw/core';
import type { AnalyseGraphOptions, CutSelection } from '@ztw/onnx-graph';
import type { EnsembleChoice, HeadChoice, Method, PruningUnit, TrainingRecipe } from '@ztw/training';
import type { NormalisationOptions } from '../../data/index.ts';
import type { ImageSource } from '../../images/open-images.ts';
import type { RuntimeOptions } from '../../runtime/onnx-runtime.ts';
import type { TimesOptions } from './open-times.ts';
import type { Augmentation } from './training-data.ts';
import type { HeldOutChoice } from './training-images.ts';

/** All that `ztw train` is told, by what it is about. */
export interface TrainJobOptions {
  readonly networks: NetworkOptions;
  readonly data: DataOptions;
  readonly heads: HeadsOptions;
  readonly recipe: TrainingRecipe;
  readonly calibration: ThresholdOptions;
  /** How exits are judged that may cost more than they save; null: all stay. */
  readonly pruning: PruningChoice | null;
  readonly output: OutputOptions;
  readonly work: WorkOptions;
  readonly runtime: RuntimeOptions;
  /** The command line, for the bundle's provenance. */
  readonly command: string;
}

export interface NetworkOptions {
  /** In the order of the chain; one is the usual case. */
  readonly files: readonly { readonly path: string; readonly cuts: CutSelection }[];
  /** What the files leave open. */
  readonly graph: AnalyseGraphOptions;
}

export interface DataOptions {
  /** Null is enough where nothing is trained. */
  readonly training: ImageSource | null;
  readonly heldOut: HeldOutChoice;
  readonly normalisation: NormalisationOptions;
  /** File with the names of the classes, in the order of the networks' outputs; null where none was given. */
  readonly classNames: string | null;
  /** True: networks that do not know the data go on all the same. */
  readonly allowMismatch: boolean;
  readonly augmentation: Augmentation;
  /** False: labels of the training data are left aside. */
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
  /** Ascending mean milliseconds per image; operating points are chosen for these too. */
  readonly timeBudgets: readonly number[];
  /** What operating points are limits of. */
  readonly policy: PolicyKind;
  /** Where times of stages come from, where budgets or the judgement of exits need them. */
  readonly times: TimesOptions;
}

export interface PruningChoice {
  readonly unit: PruningUnit;
  /** Share of answers that may be lost against the full network, 0 to 1; null for as much as the held-out images cannot tell from none. */
  readonly tolerance: number | null;
  /** Paths of other networks that could answer every row instead. */
  readonly alternatives: readonly string[];
}

export interface OutputOptions {
  readonly folder: string;
  readonly overwrite: boolean;
}

export interface WorkOptions {
  readonly folder: string;
  /** Whether it is left there at the end. */
  readonly keep: boolean;
  /** False: drop what an interrupted job left there. */
  readonly resume: boolean;
  /** Bytes of features that may be held in memory. */
  readonly memoryLimit: number;
}
