import { expect, test } from 'vitest';
import { createPixelBudget } from './pixel-budget.ts';

test('jobs run together below the limit, larger ones alone, in the order of the calls', async () => {
  const budget = createPixelBudget(10);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const sizes = [4, 4, 4, 25, 1, 1, 8, 10];
  await Promise.all(
    sizes.map((size, index) =>
      budget.run(size, async () => {
        order.push(index);
        running += size;
        if (running > 10) expect(running).toBe(25);
        else most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= size;
      }),
    ),
  );
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(10);
});

test('a job that fails gives its room back', async () => {
  const budget = createPixelBudget(1);
  await expect(budget.run(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await budget.run(1, async () => 7)).toBe(7);
});
