import type { Command } from 'commander';
import { addExitOptions, type ExitFlags, exitChoice } from '../../flags/exit-options.ts';
import { commaSeparated, integerAtLeast } from '../../flags/parse-values.ts';
import {
  addClassNamesOption,
  addExamples,
  addGraphOptions,
  addRuntimeOptions,
  type GlobalOptions,
  type GraphFlags,
  graphOptions,
  type RuntimeFlags,
  runtimeOptions,
} from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { benchBundle, type ProfilePlace } from './job.ts';
import { benchText } from './text.ts';

interface BenchFlags extends RuntimeFlags, ExitFlags, GraphFlags, GlobalOptions {
  readonly network?: string;
  readonly data?: string;
  readonly rows?: string;
  readonly limit?: number;
  readonly classNames?: string;
  readonly batch: readonly number[];
  readonly repeat?: number;
  readonly seed: number;
  /** False for `--no-profile`. */
  readonly profile?: string | false;
  readonly json?: boolean;
}

/** `ztw bench`: the full network against early exit, on the clock. */
export function addBenchCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('bench')
    .description('measure early exit against the full network; both take turns in one process')
    .argument('<bundle>', 'folder of the bundle')
    .option('--network <file>', 'the uncut ONNX network to compare with (default: the stages, with no exit taken)')
    .option('--data <path>', 'images to measure on (default: random input, which leaves at other exits than images do)')
    .option('--rows <rows>', 'rows of --data to use: start:end, or a .npy file of row numbers')
    .option('--limit <n>', 'use at most n images', integerAtLeast(1))
    .option('--batch <sizes>', 'images that run together', commaSeparated(integerAtLeast(1)), [1, 32])
    .option('--repeat <n>', 'batches of each size (default: 512 images, at least 30 batches)', integerAtLeast(1))
    .option('--seed <n>', 'seed for the order of the images', integerAtLeast(0), 0)
    .option('--profile <file>', 'where to write the milliseconds per stage, as JSON (default: profiles/ in the bundle)')
    .option('--no-profile', 'do not measure each stage')
    .option('--json', 'print JSON');
  addClassNamesOption(command);
  addExitOptions(command);
  addGraphOptions(command);
  addRuntimeOptions(command);
  addExamples(command, [
    'ztw bench out/early --network network.onnx --data photos/ --budget 0.5',
    'ztw bench out/early --batch 1,8,64 --threshold 0.9 --runtime web',
    'ztw bench out/early --batch 1 --profile this-machine.json',
  ]);
  command.action(async (bundle: string, _flags: BenchFlags, self: Command) => {
    const flags = self.optsWithGlobals<BenchFlags>();
    const result = await runJob(environment, flags.quiet === true, (context) =>
      benchBundle(
        {
          bundle,
          network: flags.network ?? null,
          data:
            flags.data === undefined
              ? null
              : { path: flags.data, rows: flags.rows ?? null, limit: flags.limit ?? null },
          classNames: flags.classNames ?? null,
          batches: flags.batch,
          exit: exitChoice(flags),
          executor: flags.executor,
          repeat: flags.repeat ?? null,
          seed: flags.seed,
          profile: profilePlace(flags.profile),
          graph: graphOptions(flags),
          runtime: runtimeOptions(flags),
        },
        context,
      ),
    );
    environment.writeResult(flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : benchText(result));
  });
}

function profilePlace(profile: BenchFlags['profile']): ProfilePlace {
  if (profile === false) return { kind: 'none' };
  return profile === undefined ? { kind: 'bundle' } : { kind: 'file', path: profile };
}
