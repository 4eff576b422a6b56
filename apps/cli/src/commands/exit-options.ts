// Flags that say when rows leave; at most one of them.

import { type Command, Option } from 'commander';
import type { ExitChoice } from '../jobs/exit-choice.ts';
import { budget, integerAtLeast, numberBetween } from './parse-values.ts';

export interface ExitFlags {
  readonly budget?: number;
  readonly threshold?: number;
  readonly patience?: number;
}

const defaultBudget = 0.5;

/** Adds `--budget`, `--threshold` and `--patience`. */
export function addExitOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--budget <fraction>',
        `mean cost, as a fraction of the full network's; calibrated in the bundle (default: ${defaultBudget})`,
      )
        .argParser(budget)
        .conflicts(['threshold', 'patience']),
    )
    .addOption(
      new Option('--threshold <t>', 'leave where the probability exceeds this')
        .argParser(numberBetween(0, 1))
        .conflicts(['budget', 'patience']),
    )
    .addOption(
      new Option('--patience <n>', 'leave where the same answer came more than n times in a row')
        .argParser(integerAtLeast(0))
        .conflicts(['budget', 'threshold']),
    );
}

export function exitChoice(flags: ExitFlags): ExitChoice {
  if (flags.threshold !== undefined) return { kind: 'threshold', threshold: flags.threshold };
  if (flags.patience !== undefined) return { kind: 'patience', patience: flags.patience };
  return { kind: 'budget', budget: flags.budget ?? defaultBudget };
}
