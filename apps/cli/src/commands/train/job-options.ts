import type { PolicyKind } from '@ztw/core';
import type { AnalyseGraphOptions, CutSelection } from '@ztw/onnx-graph';
import type { TrainingRecipe } from '@ztw/training';
import type { NormalisationOptions } from '../../data/index.ts';
import type { ImageSource } from '../../images/open-images.ts';
import type { EnsembleChoice } from '../../jobs/assemble-bundle.ts';
import type { Method } from '../../jobs/method.ts';
import type { TimesOptions } from '../../jobs/open-times.ts';
import type { HeadChoice } from '../../jobs/plan-training.ts';
import type { PruningOptions } from '../../jobs/pruning/pruning-options.ts';
import type { RuntimeOptions } from '../../runtime/onnx-runtime.ts';
import type { Augmentation } from './training-data.ts';
import type { Calibration } from './training-images.ts';

/** All that `ztw train` is told. */
export interface TrainJobOptions {
  /** In the order of the chain; one is the usual case. */
  readonly networks: readonly { readonly path: string; readonly cuts: CutSelection }[];
  /** What the networks' files leave open. */
  readonly graph: AnalyseGraphOptions;
  /** Null is enough where nothing is trained. */
  readonly data: ImageSource | null;
  readonly calibration: Calibration;
  readonly normalisation: NormalisationOptions;
  /** File with the names of the classes, in the order of the networks' outputs; null where none was given. */
  readonly classNames: string | null;
  /** True: networks that do not know the data go on all the same. */
  readonly allowMismatch: boolean;
  readonly head: HeadChoice;
  readonly methods: readonly Method[];
  readonly augmentation: Augmentation;
  readonly useLabels: boolean;
  readonly recipe: TrainingRecipe;
  readonly ensemble: EnsembleChoice;
  /** Ascending fractions of the last network's cost. */
  readonly budgets: readonly number[];
  /** Ascending mean milliseconds per image; operating points are chosen for these too. */
  readonly timeBudgets: readonly number[];
  /** What operating points are limits of. */
  readonly policy: PolicyKind;
  /** Where times of stages come from, where budgets or the judgement of exits need them. */
  readonly times: TimesOptions;
  /** How exits are judged that may cost more than they save; null: all stay. */
  readonly pruning: PruningOptions | null;
  readonly out: string;
  readonly overwrite: boolean;
  readonly work: string;
  readonly keepWork: boolean;
  /** False: drop what an interrupted job left in the work folder. */
  readonly resume: boolean;
  /** Bytes of features that may be held in memory. */
  readonly memoryLimit: number;
  readonly runtime: RuntimeOptions;
  /** The command line, for the bundle's provenance. */
  readonly command: string;
}
