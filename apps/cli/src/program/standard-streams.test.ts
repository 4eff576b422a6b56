import { expect, test } from 'vitest';
import { type OutputStream, watchStandardStreams } from './standard-streams.ts';

type Listener = (error: NodeJS.ErrnoException) => void;

/** A stream whose writes fail with a code, as Node's do: as an event, and to the one who wrote. */
function stream(code: string | null) {
  let listener: Listener = () => undefined;
  const written: string[] = [];
  const output: OutputStream = {
    on: (_event, given) => {
      listener = given;
    },
    write: (text, done) => {
      written.push(text);
      const error = code === null ? null : Object.assign(new Error(`${code}: no`), { code });
      if (error !== null) listener(error);
      done?.(error);
    },
  };
  return { output, written };
}

test.each([
  ['streams that work', null, null, 2, [2]],
  ['a reader that is gone', 'EPIPE', null, 0, [0]],
  ['a reader that is gone, after a failure', 'EPIPE', null, 2, [2]],
  ['a full disk', 'ENOSPC', null, 0, [1]],
  ['diagnostics that nobody reads', null, 'EPIPE', 0, [0]],
  ['a full disk on both', 'ENOSPC', 'ENOSPC', 0, [1]],
] as const)('%s', (_, out, err, exitCode, expected) => {
  const stdout = stream(out);
  const stderr = stream(err);
  const exits: number[] = [];
  const finish = watchStandardStreams({
    stdout: stdout.output,
    stderr: stderr.output,
    exit: (code) => void exits.push(code),
  });
  stderr.output.write('progress');
  finish(exitCode);
  expect(exits.slice(0, 1)).toEqual(expected);
  expect(stderr.written.slice(1).join('')).toBe(
    out === 'ENOSPC' ? 'error: Could not write the results to standard output: ENOSPC: no. They are lost.\n' : '',
  );
});
