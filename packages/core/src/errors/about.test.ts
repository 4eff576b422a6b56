import { expect, test } from 'vitest';
import { about } from './about.ts';
import { InvalidModelError } from './errors.ts';

test('the subject stands before the message, and the class stays', async () => {
  const cause = new InvalidModelError('no input');
  const failed = about('a.onnx', async () => {
    throw cause;
  });
  await expect(failed).rejects.toThrow(InvalidModelError);
  await expect(failed).rejects.toMatchObject({ message: 'a.onnx: no input', cause });
});

test('an error of others stays as it is', async () => {
  const error = new TypeError('x is not a function');
  await expect(about('a.onnx', () => Promise.reject(error))).rejects.toBe(error);
});
