import { describe, expect, it } from 'vitest';
import {
  AbortedError,
  DisposedError,
  InvalidBundleError,
  InvalidDataError,
  InvalidInputError,
  InvalidModelError,
  RuntimeFailureError,
  StorageError,
  UnsupportedModelError,
  UnsupportedPolicyError,
} from './errors.ts';
import { packError, unpackError } from './packed-error.ts';
import { ZtwError } from './ztw-error.ts';

/** There and back, as plain data. */
const throughMessage = (error: unknown) => unpackError(structuredClone(packError(error)));

describe('a packed error', () => {
  it.each([
    AbortedError,
    DisposedError,
    InvalidBundleError,
    InvalidDataError,
    InvalidInputError,
    InvalidModelError,
    RuntimeFailureError,
    StorageError,
    UnsupportedModelError,
    UnsupportedPolicyError,
  ])('%o keeps its class, message, stack and cause', (errorClass) => {
    const details = { expected: [1, 28, 28], received: 'nothing', path: 'stages/0.onnx' };
    const error = new errorClass('what was expected', { cause: new TypeError('underneath'), ...details });
    const back = throughMessage(error);
    expect(back).toBeInstanceOf(errorClass);
    expect(errorClass.isInstance(back)).toBe(true);
    expect(back).toMatchObject({ name: error.name, message: error.message, stack: error.stack, ...details });
    expect(back.cause).toMatchObject({ name: 'TypeError', message: 'underneath' });
  });

  it('keeps the code of a kind that is not known here', () => {
    const back = throughMessage(new ZtwError('ZTW_ELSEWHERE', 'new'));
    expect(ZtwError.isInstance(back)).toBe(true);
    expect(back).toMatchObject({ code: 'ZTW_ELSEWHERE', name: 'ZtwError', message: 'new' });
  });

  it('is made of anything that is thrown', () => {
    expect(throughMessage('plain text').message).toBe('plain text');
    expect(ZtwError.isInstance(throughMessage(new Error('plain')))).toBe(false);
  });

  it('ends where an error causes itself', () => {
    const error = new Error('round and round');
    error.cause = error;
    expect(throughMessage(error).message).toBe('round and round');
  });
});
