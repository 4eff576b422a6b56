/** A command line as text, which a POSIX shell reads back as it was. */
export function commandText(args: readonly string[]): string {
  return ['ztw', ...args].map(quoteArgument).join(' ');
}

function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
