import type { PolicyKind } from '@ztw/core';
import { type Command, Option } from 'commander';
import { exportedKindNames, integerAtLeast, oneOf, policyKind } from '../../flags/parse-values.ts';
import { addExamples, type GlobalOptions } from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { exportJob } from './job.ts';
import { exportText } from './text.ts';

interface ExportFlags extends GlobalOptions {
  readonly out?: string;
  readonly batch: '1' | 'dynamic';
  readonly policy?: PolicyKind;
  readonly triton?: string;
  readonly name?: string;
  readonly maxBatch: number;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** `ztw export`: a bundle as one ONNX file that runs wherever ONNX Runtime runs. */
export function addExportCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('export')
    .description('write a bundle as one ONNX file, with exits, cascade and ensemble inside, for any ONNX Runtime')
    .argument('<bundle>', 'folder of the bundle')
    .option('--out <file>', 'ONNX file to write')
    .addOption(
      new Option('--batch <rows>', 'rows per run: 1 is fastest for single images, dynamic accepts any number')
        .argParser(oneOf(['1', 'dynamic']))
        .default('dynamic'),
    )
    .option(
      '--policy <kind>',
      `kind of policy in the file: ${exportedKindNames} (default: the kind that the bundle was calibrated with)`,
      policyKind,
    )
    .option('--triton <folder>', 'also write a model into this repository, for Triton Inference Server or KServe')
    .option('--name <name>', "name of the model in the repository (default: the name of the bundle's folder)")
    .option('--max-batch <n>', 'largest batch of the server', integerAtLeast(1), 64)
    .option('--overwrite', 'replace earlier output')
    .option('--json', 'print JSON');
  addExamples(command, [
    'ztw export out/early --out early.onnx',
    'ztw export out/early --batch 1 --out early-single.onnx',
    'ztw export out/early --triton models/ --name fashion',
  ]);
  command.action(async (bundle: string, _flags: ExportFlags, self: Command) => {
    const flags = self.optsWithGlobals<ExportFlags>();
    const result = await runJob(environment, flags.quiet === true, (context) =>
      exportJob(
        {
          bundle,
          form: flags.batch === '1' ? 'nested-if' : 'batch-if',
          policy: flags.policy ?? null,
          out: flags.out ?? null,
          triton: flags.triton ?? null,
          name: flags.name ?? null,
          maxBatch: flags.maxBatch,
          overwrite: flags.overwrite === true,
        },
        context,
      ),
    );
    environment.writeResult(flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : exportText(result));
  });
}
