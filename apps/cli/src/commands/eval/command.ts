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
    .requiredOption('--data <path>', 'labelled images that neither training nor calibration has seen')
    .option('--rows <rows>', 'which of them: start:end, or a .npy file of row numbers')
    .option('--limit <n>', 'at most so many of them, all classes in equal parts', integerAtLeast(1))
    .requiredOption('--out <folder>', 'where the report goes')
    .option('--overwrite', 'replace a report that lies there')
    .option('--title <text>', 'of the report')
    .option(
      '--budgets <costs>',
      'mean costs for which accuracy is told: fractions of the MACs, or times like 1.5ms,3ms',
      commaSeparated(budgetOrTime),
      [0.25, 0.5, 0.75, 1],
    )
    .option(
      '--policy <kind>',
      `sweep limits of this: ${policyKindNames} (default: what the bundle was calibrated with, and patience)`,
      policyKind,
    )
    .option(
      '--profile <file>',
      'tell times too, by this profile from ztw bench (default where budgets are times: what ztw bench stored in the bundle)',
    )
    .option('--profile-batch <n>', 'images that run together in the profile (default: 1)', integerAtLeast(1))
    .option(
      '--calibration-data <path>',
      'held-out images to choose settings on that the bundles lack (default: --data)',
    )
    .option('--calibration-rows <rows>', 'which of these')
    .option('--foreign-data <path>', 'images of another kind: is their confidence lower?')
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
          command: environment.commandLine,
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

/** Times are told where a budget is one, or a profile was given. */
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
      '--calibration-rows chooses from --data, all of which is reported. Say with --rows which rows are reported, or give --calibration-data.',
    );
  }
  return { path: flags.calibrationData ?? flags.data, rows: flags.calibrationRows ?? null, limit: null };
}
