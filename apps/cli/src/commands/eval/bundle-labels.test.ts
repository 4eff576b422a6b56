import { expect, test } from 'vitest';
import { bundleLabels } from './bundle-labels.ts';

test('a method that stands alone needs no folder', () => {
  expect(
    bundleLabels([
      { folder: 'out/ztw', method: 'ztw' },
      { folder: 'out/sdn', method: 'sdn' },
      { folder: 'out/chain', method: 'plain' },
    ]),
  ).toEqual(['ZTW', 'SDN', 'Chain']);
});

test('bundles of one method are distinguished by the shortest end of their paths', () => {
  expect(
    bundleLabels([
      { folder: 'a/ztw', method: 'ztw' },
      { folder: 'b/ztw/', method: 'ztw' },
      { folder: 'other', method: 'ztw' },
    ]),
  ).toEqual(['ZTW (a/ztw)', 'ZTW (b/ztw)', 'ZTW (other)']);
});
