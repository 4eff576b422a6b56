import type { Preprocessing } from '@ztw/bundle';
import { type Command, Option } from 'commander';
import { resizeModes } from '../../data/index.ts';
import { addExitOptions, type ExitFlags, exitChoice } from '../../flags/exit-options.ts';
import { integerAtLeast, oneOf } from '../../flags/parse-values.ts';
import {
  addClassNamesOption,
  addExamples,
  addRuntimeOptions,
  type GlobalOptions,
  type RuntimeFlags,
  runtimeOptions,
} from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { classifyImages } from './job.ts';
import { classificationCsv, classificationText } from './text.ts';

interface RunFlags extends RuntimeFlags, ExitFlags, GlobalOptions {
  readonly batch: number;
  readonly limit?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly profile?: string;
  readonly classNames?: string;
  readonly resize?: Preprocessing['resize'];
}

/** `ztw run`: classifies images, each only as deep as it needs. */
export function addRunCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('run')
    .description('classify images with a bundle; each image runs only as deep as it needs')
    .argument('<bundle>', 'folder of the bundle')
    .argument('<images...>', 'images, folders, archives or data sets')
    .option('--limit <n>', 'use at most n images of each source', integerAtLeast(1))
    .addOption(
      new Option(
        '--resize <how>',
        `how to fit images of another size: ${resizeModes.join(', ')} (default: as the bundle says)`,
      ).argParser(oneOf(resizeModes)),
    )
    .option('--batch <n>', 'images that run together', integerAtLeast(1), 1)
    .option(
      '--profile <file>',
      'times per stage on this device, for a budget in ms (default: the profile that ztw bench stored in the bundle)',
    )
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .addOption(new Option('--csv', 'print CSV').conflicts('json'));
  addClassNamesOption(command);
  addExitOptions(command);
  addRuntimeOptions(command);
  addExamples(command, [
    'ztw run out/early photo.jpg --resize cover',
    'ztw run out/early photos/ --budget 0.25 --csv > answers.csv',
    'ztw run out/early photos/ --budget 3ms',
    'ztw run out/early fashion-mnist:test --limit 10 --threshold 0.9',
    "ztw run out/early photos/ --policy 'anyOf(entropy:0.1, patience:3)'",
  ]);
  command.action(async (bundle: string, sources: readonly string[], _flags: RunFlags, self: Command) => {
    const flags = self.optsWithGlobals<RunFlags>();
    const classified = await runJob(environment, flags.quiet === true, (context) =>
      classifyImages(
        {
          bundle,
          sources,
          exit: exitChoice(flags),
          profile: flags.profile ?? null,
          classNames: flags.classNames ?? null,
          resize: flags.resize ?? null,
          executor: flags.executor,
          batch: flags.batch,
          limit: flags.limit ?? null,
          runtime: runtimeOptions(flags),
        },
        context,
      ),
    );
    if (flags.json === true) environment.writeResult(`${JSON.stringify(classified, null, 2)}\n`);
    else environment.writeResult(flags.csv === true ? classificationCsv(classified) : classificationText(classified));
  });
}
