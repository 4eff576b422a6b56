import type { VerifiedBundle } from '@ztw/bundle';
import type { Command } from 'commander';
import { addExamples, type GlobalOptions } from '../../flags/shared-options.ts';
import { formatCount } from '../../output/format.ts';
import type { CommandEnvironment } from '../../program/environment.ts';
import { verifyFolder } from './verify-folder.ts';

interface VerifyFlags extends GlobalOptions {
  readonly key?: string;
  readonly json?: boolean;
}

/** `ztw verify`: checks every file of a bundle, and who made it. */
export function addVerifyCommand(program: Command, environment: CommandEnvironment): void {
  const command = program
    .command('verify')
    .description('check every file of a bundle against its hashes, and with a key, the signature of its maker')
    .argument('<bundle>', 'folder of the bundle')
    .option('--key <file>', "the maker's public key (PEM); without a signature that fits, the bundle is refused")
    .option('--json', 'print JSON');
  addExamples(command, ['ztw verify out/ztw', 'ztw verify out/ztw --key public.pem']);
  command.action(async (bundle: string, flags: VerifyFlags) => {
    const verified = await verifyFolder(bundle, flags.key ?? null);
    const { files, bytes, hasOwnHash, isSigned } = verified;
    environment.writeResult(
      flags.json === true
        ? `${JSON.stringify({ bundle, files, bytes, hasOwnHash, isSigned }, null, 2)}\n`
        : verifiedText(verified),
    );
  });
}

function verifiedText({ files, bytes, hasOwnHash, isSigned }: VerifiedBundle): string {
  const manifest = hasOwnHash
    ? 'and the manifest its own'
    : 'but the manifest, of an early release, has none: changes of it cannot be noticed. Make the bundle again';
  const maker = isSigned
    ? 'The signature fits the key.'
    : 'No key was given, so who made the bundle was not checked (--key).';
  return `${files} files, ${formatCount(bytes)}B: each has its hash, ${manifest}.\n${maker}\n`;
}
