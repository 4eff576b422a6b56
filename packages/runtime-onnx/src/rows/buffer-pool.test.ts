import { expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

test('takes the smallest array that is large enough, and never the same one twice', () => {
  const pool = new BufferPool();
  const small = pool.take(3);
  const large = pool.take(9);
  pool.give(large);
  pool.give(small);
  const first = pool.take(2);
  expect([first.length, first.buffer]).toEqual([2, small.buffer]);
  const second = pool.take(2);
  expect([second.length, second.buffer]).toEqual([2, large.buffer]);
  expect(pool.take(2).buffer.byteLength).toBe(8);
  // A view that is given back has its whole length again.
  pool.give(second);
  expect(pool.take(9).buffer).toBe(large.buffer);
});

test('keeps only a few', () => {
  const pool = new BufferPool();
  const all = Array.from({ length: 9 }, () => pool.take(5));
  for (const buffer of all) pool.give(buffer);
  const again = all.map(() => pool.take(5).buffer);
  expect(again.filter((buffer) => all.some((other) => other.buffer === buffer))).toHaveLength(4);
});
