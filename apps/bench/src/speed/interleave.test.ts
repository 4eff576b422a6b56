import { expect, test } from 'vitest';
import { interleave, shareOf } from './interleave.ts';

test('times are divided by those of the first contender in the same round, and warm-ups do not count', async () => {
  let clock = 0;
  const ran: string[] = [];
  const contender = (name: string, cost: number) => ({
    name,
    run: async (round: number) => {
      ran.push(name);
      // A machine that gets slower from round to round does not change the ratio.
      clock += cost * (1 + round);
    },
  });
  const timed = await interleave([contender('whole', 10), contender('early', 4)], 5, 3, () => clock);
  const [whole, early] = timed;
  expect(timed.map(({ name, milliseconds }) => [name, milliseconds])).toEqual([
    ['whole', [10, 20, 30, 40, 50]],
    ['early', [4, 8, 12, 16, 20]],
  ]);
  expect(shareOf(early!, whole!)).toEqual({ median: 0.4, quartiles: [0.4, 0.4] });
  // Each counted round begins with the next contender.
  expect(ran.slice(6, 10)).toEqual(['whole', 'early', 'early', 'whole']);
});
