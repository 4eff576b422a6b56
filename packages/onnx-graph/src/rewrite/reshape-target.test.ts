import { expect, test } from 'vitest';
import type { StaticIntegers } from '../analysis/tensor-facts.ts';
import { constantReshapeTarget } from './reshape-target.ts';

/** `n` stands for the number of rows, `2n` for twice as many. */
function law(...sizes: readonly (number | 'n' | '2n')[]): StaticIntegers {
  return {
    fixed: sizes.map((size) => (typeof size === 'number' ? size : 0)),
    perRow: sizes.map((size) => (size === 'n' ? 1 : size === '2n' ? 2 : 0)),
  };
}

test.each<[string, StaticIntegers, StaticIntegers | null, boolean, readonly number[] | null]>([
  ['a fixed target stays', law(2, 3), null, true, [2, 3]],
  ['the batch, where the input has it, is copied', law('n', -1), law('n', 4, 4), true, [0, -1]],
  ['where the input has another size, it is what is left over', law('2n', 8), law('n', 16), true, [-1, 8]],
  ['without copying, it is what is left over', law('n', 8), law('n', 8), false, [-1, 8]],
  ['nothing is left over twice', law('2n', -1), law('n', 16), true, null],
  ['nor without copying', law('n', -1), law('n', 8), false, null],
  ['two sizes that vary are too many', law('n', '2n', 4), law('n', 4), true, null],
  ['an unknown input may still leave one size over', law('n', 8), null, true, [-1, 8]],
  ['a varying size behind the first axis', law(4, 'n', 2), law(4, 'n', 2), true, [4, 0, 2]],
])('%s', (_name, target, inputDims, zeroCopies, expected) => {
  expect(constantReshapeTarget(target, inputDims, zeroCopies)).toEqual(expected);
});
