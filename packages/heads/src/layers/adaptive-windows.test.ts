import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adaptiveWindows, slidingWindow } from './adaptive-windows.ts';

test.each([
  [8, 4, { size: 2, stride: 2, before: 0, after: 0 }],
  [5, 1, { size: 5, stride: 5, before: 0, after: 0 }],
  [15, 4, { size: 5, stride: 4, before: 1, after: 1 }],
  [7, 4, { size: 3, stride: 2, before: 1, after: 1 }],
  // More windows than lines.
  [3, 4, { size: 2, stride: 1, before: 1, after: 1 }],
  [30, 4, null],
])('%i lines in %i windows', (size, count, expected) => {
  expect(slidingWindow(size, count)).toEqual(expected);
});

test('a sliding window, where there is one, has the adaptive windows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (size, count) => {
      const window = slidingWindow(size, count);
      if (window === null) return;
      const { before, after, stride } = window;
      // As many windows as a plain pool makes.
      expect(Math.floor((size + before + after - window.size) / stride) + 1).toBe(count);
      const windows = Array.from({ length: count }, (_, index) => {
        const begin = index * stride - before;
        return { start: Math.max(0, begin), end: Math.min(size, begin + window.size) };
      });
      expect(windows).toEqual(adaptiveWindows(size, count));
    }),
  );
});
