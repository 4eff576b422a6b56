// Options that several commands share, so that they read the same everywhere.

import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { type Command, Option } from 'commander';
import { type RuntimeChoice, type RuntimeOptions, runtimeChoices } from '../runtime/onnx-runtime.ts';
import { commaSeparated, integerAtLeast, oneOf } from './parse-values.ts';

export interface GlobalOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface RuntimeFlags {
  readonly runtime: RuntimeChoice;
  readonly threads?: number;
}

/** Adds `--runtime` and `--threads`. */
export function addRuntimeOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--runtime <name>',
        'ONNX Runtime to use: node (native), web (WebAssembly), or auto: node if it is installed, else web',
      )
        .argParser(oneOf(runtimeChoices))
        .default('auto'),
    )
    .option('--threads <n>', 'threads of ONNX Runtime', integerAtLeast(1));
}

export function runtimeOptions(flags: RuntimeFlags): RuntimeOptions {
  return { choice: flags.runtime, threads: flags.threads ?? null };
}

/** Adds `--class-names`. */
export function addClassNamesOption(command: Command): Command {
  return command.option(
    '--class-names <file>',
    'class names in the order of the network\'s outputs, to match class folders with: one per line, a JSON list, or {"0": "cat"} (also as id2label)',
  );
}

export interface GraphFlags {
  readonly inputShape?: readonly number[];
  readonly output?: string;
}

/** Adds `--input-shape` and `--output`, for networks whose file leaves them open. */
export function addGraphOptions(command: Command): Command {
  return command
    .option(
      '--input-shape <sizes>',
      'shape of one input row, if the network leaves it open: 3,224,224',
      commaSeparated(integerAtLeast(1)),
    )
    .option('--output <name>', 'output with the logits, if the network has several');
}

export function graphOptions(flags: GraphFlags): AnalyseGraphOptions {
  return {
    ...(flags.inputShape === undefined ? {} : { inputShape: flags.inputShape }),
    ...(flags.output === undefined ? {} : { output: flags.output }),
  };
}

/** Examples at the end of a command's help. */
export function addExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}
