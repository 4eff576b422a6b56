import type { Command } from 'commander';
import { addExamples, type GlobalOptions } from '../../flags/shared-options.ts';
import { formatCount } from '../../output/format.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { packFolder } from './pack-folder.ts';

interface PackFlags extends GlobalOptions {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** `ztw pack`: a bundle as a single file. */
export function addPackCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('pack')
    .description('write a bundle as a single file, which programs load with the package ztw')
    .argument('<bundle>', 'folder of the bundle')
    .requiredOption('--out <file>', 'file to write; the name ends in .ztw')
    .option('--overwrite', 'replace an earlier file')
    .option('--json', 'print JSON');
  addExamples(command, ['ztw pack out/early --out early.ztw']);
  command.action(async (bundle: string, flags: PackFlags) => {
    const packed = await packFolder(bundle, flags.out, { overwrite: flags.overwrite === true });
    environment.writeResult(
      flags.json === true
        ? `${JSON.stringify({ bundle, ...packed }, null, 2)}\n`
        : `${packed.file}: ${packed.files} files, ${formatCount(packed.bytes)}B\n`,
    );
  });
}
