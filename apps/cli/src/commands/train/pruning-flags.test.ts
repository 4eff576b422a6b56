import { expect, test } from 'vitest';
import { pruningOptions } from './pruning-flags.ts';

test('nothing is pruned by default', () => {
  expect(pruningOptions({})).toBeNull();
});

test('at the accuracy of the full network', () => {
  const defaults = { tolerance: null, alternatives: [] };
  expect(pruningOptions({ pruneExits: 'macs' })).toEqual({ unit: 'macs', ...defaults });
  expect(pruningOptions({ pruneExits: 'milliseconds', profile: 'here.json' })).toMatchObject({ unit: 'milliseconds' });
});

test.each([
  [{ pruneTolerance: 0.01 }, '--prune-exits'],
  [{ alternative: ['small.onnx'] }, '--prune-exits'],
  [{ pruneExits: 'macs', profile: 'here.json' }, '--prune-exits milliseconds'],
  [{ pruneExits: 'milliseconds', profile: 'here.json', alternative: ['small.onnx'] }, 'Leave one of them out'],
] as const)('%j is refused', (flags, words) => {
  expect(() => pruningOptions(flags)).toThrow(words);
});
