import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addBenchCommand } from '../commands/bench/command.ts';
import { addConvertCommand } from '../commands/convert/command.ts';
import { addEvalCommand } from '../commands/eval/command.ts';
import { addExportCommand } from '../commands/export/command.ts';
import { addInspectCommand } from '../commands/inspect/command.ts';
import { addPackCommand } from '../commands/pack/command.ts';
import { addRunCommand } from '../commands/run/command.ts';
import { addServeDemoCommand } from '../commands/serve-demo/command.ts';
import { addSignCommand } from '../commands/sign/command.ts';
import { addTrainCommand } from '../commands/train/command.ts';
import { addVerifyCommand } from '../commands/verify/command.ts';
import type { CommandEnvironment } from './environment.ts';
import { exitCodes } from './exit-codes.ts';

const footer = `
Exit codes: ${exitCodes.ok} done, ${exitCodes.failure} failure while running, ${exitCodes.badInput} wrong usage or invalid input, ${exitCodes.interrupted} stopped by Ctrl-C.
Results go to standard output, progress and diagnostics to standard error.`;

/** The command `ztw` with all its subcommands; parsing throws instead of ending the process. */
export function createProgram(environment: CommandEnvironment): Command {
  const program = new Command('ztw')
    .description('Make trained classifiers answer early: each input runs only as deep as it needs.')
    .version(packageJson.version, '--version', 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .option('--quiet', 'show no progress')
    .option('--verbose', 'show where an error happened')
    .configureOutput({ writeOut: environment.writeResult, writeErr: environment.writeDiagnostic })
    .configureHelp({ showGlobalOptions: true, helpWidth: environment.columns })
    .showHelpAfterError('(add --help for the options and examples)')
    .exitOverride()
    .addHelpText('after', footer);
  addConvertCommand(program, environment);
  addInspectCommand(program, environment);
  addTrainCommand(program, environment);
  addEvalCommand(program, environment);
  addRunCommand(program, environment);
  addBenchCommand(program, environment);
  addExportCommand(program, environment);
  addPackCommand(program, environment);
  addVerifyCommand(program, environment);
  addSignCommand(program, environment);
  addServeDemoCommand(program, environment);
  return program;
}
