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

/** `ztw convert`: a network of TensorFlow.js as an ONNX model. */
export function addConvertCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('convert')
    .description('write a LayersModel or GraphModel of TensorFlow.js as an ONNX model, which all other commands read')
    .argument('<model>', 'model.json with its weights beside it, or the folder that holds both')
    .requiredOption('--out <file>', 'where the ONNX model goes')
    .option(
      '--input-shape <sizes>',
      'shape of one input row, channels first, where a GraphModel leaves it open: 3,224,224',
      commaSeparated(integerAtLeast(1)),
    )
    .option('--no-check', 'do not run both networks on random inputs and compare them')
    .option('--overwrite', 'replace what lies there')
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
