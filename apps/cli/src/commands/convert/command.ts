import type { Command } from 'commander';
import { commaSeparated, integerAtLeast } from '../../flags/parse-values.ts';
import {
  addExamples,
  addRuntimeOptions,
  type GlobalOptions,
  type RuntimeFlags,
  runtimeOptions,
} from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { runJob } from '../../program/run-job.ts';
import { convertJob } from './job.ts';
import { convertText } from './text.ts';

interface ConvertFlags extends GlobalOptions, RuntimeFlags {
  readonly out: string;
  readonly inputShape?: readonly number[];
  readonly overwrite?: boolean;
  readonly check: boolean;
  readonly json?: boolean;
}

/** `ztw convert`: a TensorFlow.js network as an ONNX model. */
export function addConvertCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('convert')
    .description('convert a TensorFlow.js LayersModel or GraphModel to an ONNX model, which all other commands read')
    .argument('<model>', 'model.json with its weights beside it, or the folder of both')
    .requiredOption('--out <file>', 'ONNX file to write')
    .option(
      '--input-shape <sizes>',
      'shape of one input row, channels first, if a GraphModel leaves it open: 3,224,224',
      commaSeparated(integerAtLeast(1)),
    )
    .option('--no-check', 'do not compare both networks on random inputs')
    .option('--overwrite', 'replace earlier output')
    .option('--json', 'print JSON');
  addRuntimeOptions(command);
  addExamples(command, [
    'ztw convert web-model/model.json --out network.onnx',
    'ztw convert web-model --out network.onnx --overwrite',
    'ztw inspect network.onnx',
  ]);
  command.action(async (model: string, _flags: ConvertFlags, self: Command) => {
    const flags = self.optsWithGlobals<ConvertFlags>();
    const result = await runJob(environment, flags.quiet === true, (context) =>
      convertJob(
        {
          model,
          out: flags.out,
          inputShape: flags.inputShape ?? null,
          overwrite: flags.overwrite === true,
          check: flags.check,
          runtime: runtimeOptions(flags),
        },
        context,
      ),
    );
    environment.writeResult(flags.json === true ? `${JSON.stringify(result, null, 2)}\n` : convertText(result));
  });
}
