import { expect, test } from 'vitest';
import { DisposedError } from '../errors/errors.ts';
import { UseGuard } from './use-guard.ts';

test('a dispose waits for calls under way, refuses new ones, and frees once', async () => {
  const guard = new UseGuard('The thing');
  const events: string[] = [];
  let finish: () => void = () => undefined;
  const call = guard.use(
    () =>
      new Promise<void>((resolve) => {
        finish = () => {
          events.push('call done');
          resolve();
        };
      }),
  );
  const free = async () => {
    events.push('freed');
  };
  const first = guard.dispose(free);
  const second = guard.dispose(free);
  await expect(guard.use(async () => 1)).rejects.toThrow(DisposedError);
  expect(events).toEqual([]);
  finish();
  await Promise.all([call, first, second]);
  expect(events).toEqual(['call done', 'freed']);
});

test('a failing call does not keep the resource in use', async () => {
  const guard = new UseGuard('The thing');
  await expect(
    guard.use(async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  let freed = false;
  await guard.dispose(async () => {
    freed = true;
  });
  expect(freed).toBe(true);
});
