// From the flags of `ztw train` to the options of its job.

import { InvalidInputError } from '@ztw/core';
import type { HeadFamily } from '@ztw/heads';
import { type BundleRuntimes, type CutSelection, parseCutSelection } from '@ztw/onnx-graph';
import {
  type Distillation,
  defaultTrainingRecipe,
  type EnsembleChoice,
  type HeadChoice,
  type LearningRateSchedule,
  type Method,
  stepSchedule,
  type TrainingRecipe,
} from '@ztw/training';
import type { NormalisationOptions } from '../../data/normalisation.ts';
import { type GraphFlags, graphOptions, type RuntimeFlags, runtimeOptions } from '../../flags/shared-options.ts';
import { type BudgetFlags, budgetOptions } from './budget-flags.ts';
import type { TrainJobOptions } from './job-options.ts';
import { type PruningFlags, pruningOptions } from './pruning-flags.ts';
import type { Augmentation } from './training-data.ts';
import type { HeldOutChoice } from './training-images.ts';

export const schedules = ['step', 'cosine', 'constant'] as const;

/** What commander makes of the command line of `ztw train`. */
export interface TrainFlags extends RuntimeFlags, GraphFlags, PruningFlags, BudgetFlags {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly runtimes: BundleRuntimes;
  readonly data?: string;
  readonly limit?: number;
  readonly validation: number;
  readonly calibrationData?: string;
  readonly calibrationRows?: string;
  readonly labels: boolean;
  readonly augment: Augmentation;
  readonly preset?: string;
  readonly mean?: string;
  readonly std?: string;
  readonly classNames?: string;
  readonly allowMismatch?: boolean;
  readonly resize?: NonNullable<NormalisationOptions['resize']>;
  readonly cuts?: readonly string[];
  readonly methods: readonly Method[];
  readonly head: HeadFamily | 'auto';
  readonly headLayers?: number;
  readonly headPadding?: number;
  readonly ensemble: EnsembleChoice;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly schedule: (typeof schedules)[number];
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly distill?: number;
  readonly temperature: number;
  readonly seed: number;
  readonly memory: number;
  readonly work?: string;
  readonly keepWork?: boolean;
  readonly resume: boolean;
}

export const bytesPerGibibyte: number = 2 ** 30;

/**
 * @param networks Paths of the ONNX files, in the order of the chain.
 * @param command The command line as the bundle records it.
 * @throws InvalidInputError for flags that do not fit together.
 */
export function trainOptions(networks: readonly string[], flags: TrainFlags, command: string): TrainJobOptions {
  const selections = cutsOfEach(flags.cuts, networks.length);
  return {
    networks: {
      files: networks.map((path, index) => ({ path, cuts: selections[index] as CutSelection })),
      graph: graphOptions(flags),
    },
    data: {
      training: flags.data === undefined ? null : { path: flags.data, rows: null, limit: flags.limit ?? null },
      heldOut: heldOutChoice(flags),
      normalisation: { preset: flags.preset, mean: flags.mean, std: flags.std, resize: flags.resize },
      classNames: flags.classNames ?? null,
      allowMismatch: flags.allowMismatch === true,
      augmentation: flags.augment,
      useLabels: flags.labels,
    },
    heads: { head: headChoice(flags), methods: [...new Set(flags.methods)] },
    recipe: recipeOf(flags),
    calibration: { ensemble: flags.ensemble, ...budgetOptions(flags, flags.pruneExits === 'milliseconds') },
    pruning: pruningOptions(flags),
    output: { folder: flags.out, overwrite: flags.overwrite === true, runtimes: flags.runtimes },
    work: {
      folder: flags.work ?? `${flags.out.replace(/\/+$/, '')}.work`,
      keep: flags.keepWork === true,
      resume: flags.resume,
      memoryLimit: flags.memory * bytesPerGibibyte,
    },
    runtime: runtimeOptions(flags),
    command,
  };
}

/** One selection of cuts per network. Given: none (`auto`), one for all networks, or one each. */
function cutsOfEach(texts: readonly string[] | undefined, networkCount: number): readonly CutSelection[] {
  const parts = (texts ?? ['auto']).flatMap((text) => text.split(';'));
  if (parts.length !== 1 && parts.length !== networkCount) {
    throw new InvalidInputError(
      `--cuts has ${parts.length} selections for ${networkCount} network(s). Give one for all networks, or one for each, separated by ';'.`,
    );
  }
  return Array.from({ length: networkCount }, (_, index) => parseCutSelection((parts[index] ?? parts[0] ?? '').trim()));
}

function heldOutChoice(flags: TrainFlags): HeldOutChoice {
  if (flags.calibrationData !== undefined) {
    return { kind: 'data', path: flags.calibrationData, rows: flags.calibrationRows ?? null };
  }
  if (flags.calibrationRows !== undefined) {
    throw new InvalidInputError(
      '--calibration-rows selects rows of --calibration-data, which is missing. Add --calibration-data.',
    );
  }
  return { kind: 'split', fraction: flags.validation };
}

function headChoice(flags: TrainFlags): HeadChoice {
  return {
    family: flags.head,
    ...(flags.headLayers === undefined ? {} : { layers: flags.headLayers }),
    ...(flags.headPadding === undefined ? {} : { padding: flags.headPadding }),
  };
}

function recipeOf(flags: TrainFlags): TrainingRecipe {
  return {
    epochs: flags.epochs,
    batchSize: flags.batch,
    learningRate: flags.lr,
    schedule: scheduleOf(flags),
    weightDecay: flags.weightDecay,
    weightDecayKind: defaultTrainingRecipe.weightDecayKind,
    labelSmoothing: flags.labelSmoothing,
    distillation: distillationOf(flags),
    seed: flags.seed,
  };
}

function scheduleOf(flags: TrainFlags): LearningRateSchedule {
  switch (flags.schedule) {
    case 'step':
      return stepSchedule;
    case 'cosine':
      return { kind: 'cosine', minimum: 0 };
    case 'constant':
      return { kind: 'constant' };
  }
}

/** Without labels, the network's answers are the only target. */
function distillationOf(flags: TrainFlags): Distillation | null {
  if (!flags.labels && flags.distill !== undefined && flags.distill !== 1) {
    throw new InvalidInputError(`With --no-labels, --distill must be 1 or left out; received ${flags.distill}.`);
  }
  const weight = flags.labels ? (flags.distill ?? 0) : 1;
  return weight === 0 ? null : { weight, temperature: flags.temperature };
}
