// The flags of `ztw train` that say for which costs operating points are chosen, by which kind of policy, and where times come from.

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
      'mean costs for which operating points are chosen: fractions of the MACs, or times like 1.5ms,3ms',
      commaSeparated(budgetOrTime),
      bundleDefaults.calibration.budgets,
    )
    .option(
      '--policy <kind>',
      `what operating points are limits of: ${policyKindNames} (default: confidence)`,
      policyKind,
    )
    .option(
      '--profile <file>',
      'take times from this profile of all exits, from ztw bench, instead of measuring this device',
    )
    .option('--profile-batch <n>', 'images that run together where times are measured (default: 1)', integerAtLeast(1));
}

/**
 * @param needsTimes Whether something else than a budget counts in milliseconds.
 * @throws InvalidInputError for a profile that nothing needs.
 */
export function budgetOptions(
  { budgets, profile, profileBatch, policy = bundleDefaults.calibration.policy }: BudgetFlags,
  needsTimes: boolean,
): Pick<ThresholdOptions, 'budgets' | 'timeBudgets' | 'policy' | 'times'> {
  const timeBudgets = budgets.flatMap((budget) => (typeof budget === 'number' ? [] : [budget.milliseconds]));
  if (!needsTimes && timeBudgets.length === 0 && (profile !== undefined || profileBatch !== undefined)) {
    throw new InvalidInputError(
      '--profile and --profile-batch are about times; give a budget such as --budgets 3ms, or --prune-exits milliseconds.',
    );
  }
  return {
    budgets: budgets.filter((budget) => typeof budget === 'number').sort((left, right) => left - right),
    timeBudgets: timeBudgets.sort((left, right) => left - right),
    policy,
    times: { profile: profile ?? null, batchSize: profileBatch ?? bundleDefaults.calibration.times.batchSize },
  };
}
