import { join } from 'node:path';
import { InvalidInputError, type PolicyKind } from '@ztw/core';
import type { Command } from 'commander';
import {
  type Budget,
  budgetOrTime,
  commaSeparated,
  integerAtLeast,
  policyKind,
  policyKindNames,
} from '../../flags/parse-values.ts';
import {
  addClassNamesOption,
  addExamples,
  addRuntimeOptions,
  type GlobalOptions,
  type RuntimeFlags,
  runtimeOptions,
} from '../../flags/shared-options.ts';
import type { ImageSource } from '../../images/open-images.ts';
import { commandText } from '../../program/command-text.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { type EvaluateOptions, evaluateJob } from './job.ts';
import { evaluationText } from './text.ts';

interface EvalFlags extends RuntimeFlags, GlobalOptions {
  readonly data: string;
  readonly rows?: string;
  readonly limit?: number;
  readonly calibrationData?: string;
  readonly calibrationRows?: string;
  readonly foreignData?: string;
  readonly classNames?: string;
  readonly out: string;
  readonly overwrite?: boolean;
  readonly title?: string;
  readonly policy?: PolicyKind;
  readonly budgets: readonly Budget[];
  readonly profile?: string;
  readonly profileBatch?: number;
  readonly batch: number;
  readonly saveLogits?: string;
  readonly json?: boolean;
}

/** `ztw eval`: measures bundles on labelled images and writes a report. */
export function addEvalCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('eval')
    .description('measure bundles on labelled images: accuracy against cost; writes report.json and report.html')
    .argument('<bundle...>', 'folders of bundles; several are compared in one report')
    .requiredOption('--data <path>', 'labelled images that were used neither for training nor for calibration')
    .option('--rows <rows>', 'rows of --data to use: start:end, or a .npy file of row numbers')
    .option('--limit <n>', 'use at most n images, the same number of each class', integerAtLeast(1))
    .requiredOption('--out <folder>', 'folder for the report')
    .option('--overwrite', 'replace an earlier report')
    .option('--title <text>', 'title of the report')
    .option(
      '--budgets <costs>',
      'mean costs at which accuracy is reported: fractions of the MACs, or times such as 1.5ms,3ms',
      commaSeparated(budgetOrTime),
      [0.25, 0.5, 0.75, 1],
    )
    .option(
      '--policy <kind>',
      `kind of policy to sweep: ${policyKindNames} (default: the kind that the bundle was calibrated with, and patience)`,
      policyKind,
    )
    .option(
      '--profile <file>',
      'also report times, from this profile of ztw bench (default for budgets in ms: the profile that ztw bench stored in the bundle)',
    )
    .option('--profile-batch <n>', 'batch size of the profile to use (default: 1)', integerAtLeast(1))
    .option(
      '--calibration-data <path>',
      'held-out images for choosing settings that the bundles lack (default: --data)',
    )
    .option('--calibration-rows <rows>', 'rows of them to use: start:end, or a .npy file of row numbers')
    .option('--foreign-data <path>', 'images of another kind; reports whether their confidence is lower')
    .option('--batch <n>', 'images that run together', integerAtLeast(1), 256)
    .option('--save-logits <file>', 'also write raw logits [exits, rows, classes] as .npy')
    .option('--json', 'print the report as JSON');
  addClassNamesOption(command);
  addRuntimeOptions(command);
  addExamples(command, [
    'ztw eval out/early --data test/ --out out/report',
    'ztw eval out/early --data test/ --budgets 0.5,1.5ms,3ms --out out/report',
    'ztw eval out/early --data test/ --policy entropy --out out/report',
    'ztw eval out/ztw out/sdn --data fashion-mnist:test --rows 2000: --calibration-rows :2000 --out out/report',
  ]);
  command.action(async (bundles: readonly string[], _flags: EvalFlags, self: Command) => {
    const flags = self.optsWithGlobals<EvalFlags>();
    const report = await runJob(environment, flags.quiet === true, (context) =>
      evaluateJob(
        {
          bundles,
          data: { path: flags.data, rows: flags.rows ?? null, limit: flags.limit ?? null },
          calibration: calibrationOf(flags),
          foreign:
            flags.foreignData === undefined
              ? null
              : { path: flags.foreignData, rows: null, limit: flags.limit ?? null },
          policy: flags.policy ?? null,
          classNames: flags.classNames ?? null,
          ...budgetsOf(flags),
          batch: flags.batch,
          title: flags.title ?? `Early exit on ${flags.data}`,
          out: flags.out,
          overwrite: flags.overwrite === true,
          saveLogits: flags.saveLogits ?? null,
          runtime: runtimeOptions(flags),
          command: commandText(environment.args),
        },
        context,
      ),
    );
    if (flags.json === true) {
      environment.writeResult(`${JSON.stringify(report, null, 2)}\n`);
    } else {
      environment.writeResult(`${evaluationText(report)}\nReport: ${join(flags.out, 'report.html')}\n`);
    }
  });
}

/** Times are reported if a budget is a time or a profile was given. */
function budgetsOf({
  budgets,
  profile,
  profileBatch,
}: EvalFlags): Pick<EvaluateOptions, 'budgets' | 'timeBudgets' | 'times'> {
  const fractions = budgets.filter((budget) => typeof budget === 'number');
  const timeBudgets = budgets.flatMap((budget) => (typeof budget === 'number' ? [] : [budget.milliseconds]));
  const isTimed = timeBudgets.length > 0 || profile !== undefined || profileBatch !== undefined;
  return {
    budgets: fractions,
    timeBudgets,
    times: isTimed ? { profile: profile ?? null, batchSize: profileBatch ?? 1 } : null,
  };
}

/** Rows to choose settings on must not be the rows that are reported. */
function calibrationOf(flags: EvalFlags): ImageSource | null {
  if (flags.calibrationRows === undefined && flags.calibrationData === undefined) return null;
  if (flags.calibrationData === undefined && flags.rows === undefined) {
    throw new InvalidInputError(
      '--calibration-rows selects rows of --data, but all of them are reported. Select the reported rows with --rows, or give --calibration-data.',
    );
  }
  return { path: flags.calibrationData ?? flags.data, rows: flags.calibrationRows ?? null, limit: null };
}
