// The flags of `ztw train` that drop exits which do not pay.

import { InvalidInputError } from '@ztw/core';
import { type PruningUnit, pruningUnits } from '@ztw/training';
import { type Command, Option } from 'commander';
import { collect, numberBetween, oneOf } from '../../flags/parse-values.ts';
import type { PruningChoice } from './job-options.ts';

export interface PruningFlags {
  readonly pruneExits?: PruningUnit;
  readonly pruneTolerance?: number;
  readonly alternative?: readonly string[];
  readonly profile?: string;
}

/** Adds `--prune-exits` and what belongs to it. */
export function addPruningOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--prune-exits [unit]',
        'drop exits that cost more than they save on the held-out images, in macs or in milliseconds measured here, and say whether early exit pays at all',
      )
        .argParser(oneOf(pruningUnits))
        .preset('macs'),
    )
    .option(
      '--prune-tolerance <share>',
      'answers that may be lost against the full network by that (default: one standard error of its accuracy on the held-out images)',
      numberBetween(0, 1),
    )
    .option(
      '--alternative <network>',
      'another ONNX network that could answer instead, for the verdict; may be repeated',
      collect((text) => text),
    );
}

/** @throws InvalidInputError for flags that do not fit together. */
export function pruningOptions(flags: PruningFlags): PruningChoice | null {
  const { pruneExits: unit, pruneTolerance, alternative = [], profile } = flags;
  if (unit === undefined) {
    if (pruneTolerance !== undefined || alternative.length > 0) {
      throw new InvalidInputError('--prune-tolerance and --alternative belong to --prune-exits, which is missing.');
    }
    return null;
  }
  if (profile !== undefined && unit === 'macs') {
    throw new InvalidInputError(
      '--profile knows the times of all exits and not of those that stay. Judge them by it with --prune-exits milliseconds, or leave it out.',
    );
  }
  if (profile !== undefined && alternative.length > 0) {
    throw new InvalidInputError(
      '--alternative is measured on this device and cannot be compared with times from --profile. Leave one of them out.',
    );
  }
  return { unit, tolerance: pruneTolerance ?? null, alternatives: alternative };
}
