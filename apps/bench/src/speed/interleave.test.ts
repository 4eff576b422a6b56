import { expect, test } from 'vitest';
import { interleave } from './interleave.ts';

test('times are shares of the first contender in the same round; warm-ups do not count', async () => {
  let clock = 0;
  const ran: string[] = [];
  const contender = (name: string, cost: number) => ({
    name,
    run: async (round: number) => {
      ran.push(name);
      // A machine that gets slower from round to round leaves the ratio as it is.
      clock += cost * (1 + round);
    },
  });
  const timed = await interleave([contender('whole', 10), contender('early', 4)], 5, () => clock);
  expect(timed.map(({ milliseconds, ratio }) => [milliseconds, ratio])).toEqual([
    [30, 1],
    [12, 0.4],
  ]);
  expect(timed[1]?.ratioSpread).toEqual([0.4, 0.4]);
  // Each counted round begins with the other one.
  expect(ran.slice(6, 10)).toEqual(['whole', 'early', 'early', 'whole']);
});
