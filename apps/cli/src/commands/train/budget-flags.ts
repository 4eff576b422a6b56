// The flags of `ztw train` for operating points: their budgets, their kind of policy, and where times come from.

import { InvalidInputError, type PolicyKind } from '@ztw/core';
import { bundleDefaults } from '@ztw/training/onnx';
import type { Command } from 'commander';
import {
  type Budget,
  budgetOrTime,
  commaSeparated,
  integerAtLeast,
  policyKind,
  policyKindNames,
} from '../../flags/parse-values.ts';
import type { ThresholdOptions } from './job-options.ts';

export interface BudgetFlags {
  readonly budgets: readonly Budget[];
  readonly profile?: string;
  readonly profileBatch?: number;
  readonly policy?: PolicyKind;
}

/** Adds `--budgets`, `--policy`, `--profile` and `--profile-batch`. */
export function addBudgetOptions(command: Command): Command {
  return command
    .option(
      '--budgets <costs>',
      'mean costs to calibrate operating points for: fractions of the MACs, or times such as 1.5ms,3ms',
      commaSeparated(budgetOrTime),
      bundleDefaults.calibration.budgets,
    )
    .option('--policy <kind>', `kind of policy to calibrate: ${policyKindNames} (default: confidence)`, policyKind)
    .option(
      '--profile <file>',
      'use the times in this profile of ztw bench, made with all exits, instead of measuring this device',
    )
    .option('--profile-batch <n>', 'batch size for times (default: 1)', integerAtLeast(1));
}

/**
 * @param needsTimes Whether another option than a budget uses milliseconds.
 * @throws InvalidInputError for a profile that is not used.
 */
export function budgetOptions(
  { budgets, profile, profileBatch, policy = bundleDefaults.calibration.policy }: BudgetFlags,
  needsTimes: boolean,
): Pick<ThresholdOptions, 'budgets' | 'timeBudgets' | 'policy' | 'times'> {
  const timeBudgets = budgets.flatMap((budget) => (typeof budget === 'number' ? [] : [budget.milliseconds]));
  if (!needsTimes && timeBudgets.length === 0 && (profile !== undefined || profileBatch !== undefined)) {
    throw new InvalidInputError(
      '--profile and --profile-batch need an option that uses times. Add --budgets 3ms or --prune-exits milliseconds, or leave them out.',
    );
  }
  return {
    budgets: budgets.filter((budget) => typeof budget === 'number').sort((left, right) => left - right),
    timeBudgets: timeBudgets.sort((left, right) => left - right),
    policy,
    times: { profile: profile ?? null, batchSize: profileBatch ?? bundleDefaults.calibration.times.batchSize },
  };
}
