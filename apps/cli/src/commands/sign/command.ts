import type { Command } from 'commander';
import { addExamples, type GlobalOptions } from '../../flags/shared-options.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { signFolder } from './sign-folder.ts';

interface SignFlags extends GlobalOptions {
  readonly key: string;
  readonly overwrite?: boolean;
}

/** `ztw sign`: writes the detached signature of a bundle. */
export function addSignCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('sign')
    .description('sign a bundle, so that ztw verify --key can tell who made it')
    .argument('<bundle>', 'folder of the bundle')
    .requiredOption('--key <file>', 'private key: PEM of Ed25519, as openssl genpkey -algorithm ed25519 writes it')
    .option('--overwrite', 'replace an earlier signature');
  addExamples(command, [
    'openssl genpkey -algorithm ed25519 -out private.pem',
    'openssl pkey -in private.pem -pubout -out public.pem',
    'ztw sign out/ztw --key private.pem',
    'ztw verify out/ztw --key public.pem',
  ]);
  command.action(async (bundle: string, flags: SignFlags) => {
    const path = await signFolder(bundle, flags.key, { overwrite: flags.overwrite === true });
    environment.writeResult(`Wrote the signature of ${bundle} to ${path}.\n`);
  });
}
