import { expect, test } from 'vitest';
import { AbortedError } from '../errors/errors.ts';
import { interleave, timeShare } from './interleave.ts';

test('contenders take turns, and each round begins with the next', async () => {
  const log: string[] = [];
  let time = 0;
  const contender = (name: string, milliseconds: number) => ({
    name,
    run: async (round: number) => {
      log.push(`${name}${round}`);
      time += milliseconds;
    },
  });
  const timed = await interleave([contender('a', 2), contender('b', 5)], {
    rounds: 3,
    warmUps: 1,
    prepare: async (round) => {
      log.push(`prepare${round}`);
      time += 100;
    },
    now: () => time,
  });
  expect(log.join(' ')).toBe('prepare0 a0 b0 prepare0 a0 b0 prepare1 b1 a1 prepare2 a2 b2');
  expect(timed).toEqual([
    { name: 'a', milliseconds: [2, 2, 2] },
    { name: 'b', milliseconds: [5, 5, 5] },
  ]);
  expect(timeShare(timed[0]!, timed[1]!)).toEqual({ median: 0.4, quartiles: [0.4, 0.4] });
});

test('stops between two rounds', async () => {
  const controller = new AbortController();
  const run = async () => controller.abort();
  const running = interleave([{ name: 'a', run }], { rounds: 5, warmUps: 0, signal: controller.signal });
  await expect(running).rejects.toThrow(AbortedError);
});
