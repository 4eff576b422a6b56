import {
  AbortedError,
  InvalidBundleError,
  InvalidDataError,
  InvalidInputError,
  InvalidModelError,
  RuntimeFailureError,
  StorageError,
  UnsupportedModelError,
} from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { describeError } from './describe-error.ts';
import { exitCodeOf } from './exit-codes.ts';

describe('exit codes', () => {
  test('invalid input is 2', () => {
    const classes = [InvalidInputError, InvalidModelError, UnsupportedModelError, InvalidBundleError, InvalidDataError];
    expect(classes.map((ErrorClass) => exitCodeOf(new ErrorClass('no')))).toEqual([2, 2, 2, 2, 2]);
  });

  test('a failure of the system is 1, and so is a defect', () => {
    expect(exitCodeOf(new StorageError('full'))).toBe(1);
    expect(exitCodeOf(new RuntimeFailureError('broken'))).toBe(1);
    expect(exitCodeOf(new TypeError('undefined is not a function'))).toBe(1);
  });

  test('an interruption is 130', () => {
    expect(exitCodeOf(new AbortedError('stopped'))).toBe(130);
  });
});

describe('what the user sees', () => {
  const plain = { verbose: false, colours: false };

  test('a typed error is one line', () => {
    expect(describeError(new InvalidDataError('No image.'), plain)).toBe('error: No image.\n');
  });

  test('a stopped command does not speak of signals', () => {
    const error = new AbortedError('The classification was stopped by its AbortSignal.');
    expect(describeError(error, plain)).toBe('error: Stopped before the command was finished.\n');
  });

  test('a defect points to --verbose, which shows stacks and causes', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(describeError(error, plain)).toMatch(/^error: outer\nhint: .*--verbose/);
    const verbose = describeError(error, { ...plain, verbose: true });
    expect(verbose).toContain('describe-error.test.ts');
    expect(verbose).toContain('caused by: inner');
  });

  test('colours only on request', () => {
    expect(describeError(new InvalidDataError('No image.'), { ...plain, colours: true })).toBe(
      '\u001b[31merror:\u001b[39m No image.\n',
    );
  });
});
