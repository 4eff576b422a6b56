import { expect, it } from 'vitest';
import * as errors from './errors.ts';
import { throwIfAborted } from './throw-if-aborted.ts';
import { ZtwError } from './ztw-error.ts';

it.each(Object.entries(errors))('%s has a name of its own, fields, and a code', (className, errorClass) => {
  const error = new errorClass('a message', { expected: 3, received: 4, path: 'a.onnx' });
  expect(error).toMatchObject({ expected: 3, received: 4, path: 'a.onnx', message: 'a message' });
  expect(error.name).toBe(className === 'AbortedError' ? 'AbortError' : className);
  expect(error.code).toMatch(/^ZTW_[A-Z_]+$/);
  expect(ZtwError.isInstance(error)).toBe(true);
  expect(new errorClass('a message')).toMatchObject({ expected: undefined, received: undefined, path: null });
});

it('an aborted run carries the reason of its signal', () => {
  const reason = new Error('enough');
  try {
    throwIfAborted(AbortSignal.abort(reason), 'classification');
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ name: 'AbortError', reason });
  }
});
