// Adaptive pooling divides an axis into windows, whatever its length: window `i` of `n` over `size` runs from `floor(i
// * size / n)` to
// `ceil((i + 1) * size / n)`. Source: PyTorch, `AdaptiveAvgPool2d`.

/** Positions `start` to `end - 1` of an axis. */
export interface AdaptiveWindow {
  readonly start: number;
  readonly end: number;
}

/** Windows of one size at one distance from each other, as plain pools have them. */
export interface SlidingWindow {
  readonly size: number;
  readonly stride: number;
  /** How far the first window begins before the axis, and the last one ends behind it. */
  readonly before: number;
  readonly after: number;
}

export function adaptiveWindows(size: number, count: number): readonly AdaptiveWindow[] {
  return Array.from({ length: count }, (_unused, index) => ({
    start: Math.floor((index * size) / count),
    end: Math.ceil(((index + 1) * size) / count),
  }));
}

/**
 * A plain pool with the same windows, where what lies outside the axis counts neither as a maximum nor in a mean.
 * @returns null where there is none.
 */
export function slidingWindow(size: number, count: number): SlidingWindow | null {
  const windows = adaptiveWindows(size, count);
  const [first, last] = [windows[0] as AdaptiveWindow, windows.at(-1) as AdaptiveWindow];
  // The first window's end and the last one's start are never cut: they leave one free choice.
  for (let before = 0; before < size; before++) {
    const length = first.end + before;
    const stride = count === 1 ? size : (last.start + before) / (count - 1);
    const after = (count - 1) * stride - before + length - size;
    // Pools refuse padding as large as the window, and round the number of windows down.
    if (!Number.isInteger(stride) || stride < 1 || before >= length || after < 0 || after >= length) continue;
    const isSame = windows.every(({ start, end }, index) => {
      const begin = index * stride - before;
      return Math.max(0, begin) === start && Math.min(size, begin + length) === end;
    });
    if (isSame) return { size: length, stride, before, after };
  }
  return null;
}
