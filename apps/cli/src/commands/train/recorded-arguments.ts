// The command line as a bundle records it. The same training gives the same bytes wherever its files are, so the record
// has names instead of paths, and lacks options without influence on the bundle.

import { basename } from 'node:path';
import type { Command, Option } from 'commander';

/** Where files are written, how they are shown, and what is done with memory and threads. */
const withoutInfluence: ReadonlySet<string> = new Set([
  ...['out', 'overwrite', 'json', 'quiet', 'verbose'],
  ...['work', 'keepWork', 'resume', 'memory'],
  // The provenance names the runtime.
  ...['runtime', 'threads'],
]);

const namesOfFiles: ReadonlySet<string> = new Set([
  ...['data', 'calibrationData', 'classNames', 'profile', 'alternative'],
]);

/**
 * @param args Arguments of the command line, the command's own name first.
 * @param command The command that has parsed them.
 */
export function recordedArguments(args: readonly string[], command: Command): readonly string[] {
  const options = [...command.options, ...(command.parent?.options ?? [])];
  const recorded: string[] = [];
  let onlyFiles = false;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] as string;
    if (onlyFiles || !argument.startsWith('--')) {
      recorded.push(at === 0 ? argument : basename(argument));
    } else if (argument === '--') {
      onlyFiles = true;
    } else {
      const { option, value, next } = parseOption(argument, args[at + 1], options);
      if (next) at++;
      const name = option?.attributeName() ?? '';
      if (withoutInfluence.has(name)) continue;
      const flag = argument.split('=', 1)[0] as string;
      recorded.push(flag, ...(value === null ? [] : [namesOfFiles.has(name) ? basename(value) : value]));
    }
  }
  return recorded;
}

interface ParsedOption {
  readonly option: Option | null;
  readonly value: string | null;
  /** Whether the value is the next argument. */
  readonly next: boolean;
}

/** Every option with a value of `ztw train` requires it. */
function parseOption(argument: string, following: string | undefined, options: readonly Option[]): ParsedOption {
  const equals = argument.indexOf('=');
  const flag = equals < 0 ? argument : argument.slice(0, equals);
  const option = options.find(({ long }) => long === flag) ?? null;
  if (equals >= 0) return { option, value: argument.slice(equals + 1), next: false };
  const takesValue = option?.required === true && following !== undefined;
  return { option, value: takesValue ? following : null, next: takesValue };
}
