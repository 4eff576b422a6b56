import { expect, test } from 'vitest';
import { createSerial } from './serial.ts';

test('work runs in order, one at a time, and only its caller gets a failure', async () => {
  const serial = createSerial();
  const events: string[] = [];
  const work = (name: string, fails = false) =>
    serial(async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      events.push(`${name} ends`);
      if (fails) {
        throw new Error(name);
      }
      return name;
    });
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
