// Flags that choose when rows leave; at most one of them may be given.

import { confidenceThreshold, type ExitPolicy, patience } from '@ztw/core';
import { type Command, Option } from 'commander';
import type { ExitChoice } from '../bundle/exit-choice.ts';
import { type ExecutorChoice, executorChoices } from '../bundle/open-classifier.ts';
import {
  type Budget,
  budgetOrTime,
  exitPolicy,
  integerAtLeast,
  numberBetween,
  oneOf,
  policyKindNames,
} from './parse-values.ts';

export interface ExitFlags {
  readonly budget?: Budget;
  readonly threshold?: number;
  readonly patience?: number;
  readonly policy?: ExitPolicy;
  readonly executor: ExecutorChoice;
}

/** Adds `--budget`, `--threshold`, `--patience`, `--policy` and `--executor`. */
export function addExitOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--budget <cost>',
        "mean cost per image: a fraction of the full network's MACs, or a time such as 3ms (default: 0.5, or the smallest budget that the bundle was calibrated for)",
      )
        .argParser(budgetOrTime)
        .conflicts(['threshold', 'patience', 'policy']),
    )
    .addOption(
      new Option('--threshold <t>', 'leave at the first exit whose largest probability is greater than t')
        .argParser(numberBetween(0, 1))
        .conflicts(['budget', 'patience', 'policy']),
    )
    .addOption(
      new Option('--patience <n>', 'leave when more than n exits in a row gave the same answer')
        .argParser(integerAtLeast(0))
        .conflicts(['budget', 'threshold', 'policy']),
    )
    .addOption(
      new Option(
        '--policy <policy>',
        `any exit policy: confidence:0.9; confidence:0.5,0.7,0.9 with one limit per exit; anyOf(...) or allOf(...) of several; kinds: ${policyKindNames}`,
      )
        .argParser(exitPolicy)
        .conflicts(['budget', 'threshold', 'patience']),
    )
    .addOption(
      new Option(
        '--executor <kind>',
        'staged: one session per stage; nested-if, batch-if: one session for all stages; auto: the fastest that supports the policy',
      )
        .argParser(oneOf(executorChoices))
        .default('auto'),
    );
}

export function exitChoice(flags: ExitFlags): ExitChoice {
  if (flags.threshold !== undefined) return { kind: 'policy', policy: confidenceThreshold(flags.threshold) };
  if (flags.patience !== undefined) return { kind: 'policy', policy: patience(flags.patience) };
  if (flags.policy !== undefined) return { kind: 'policy', policy: flags.policy };
  const { budget } = flags;
  if (budget === undefined) return { kind: 'default' };
  return typeof budget === 'number' ? { kind: 'budget', budget } : { kind: 'milliseconds', ...budget };
}
