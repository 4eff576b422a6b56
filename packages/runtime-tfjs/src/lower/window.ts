// Where the windows of convolutions and pools lie. TensorFlow names its paddings; programs store numbers.

/** Height and width. */
export type Pair = readonly [number, number];

/** Zeros before and after: top, bottom, left, right. */
export type Pads = readonly [number, number, number, number];

/**
 * Padding that gives `ceil(size / stride)` windows; where it cannot be shared evenly, the end has one more than the beginning.
 * @param size Rows and columns of the input.
 */
export function samePads(size: Pair, window: Pair, strides: Pair, dilations: Pair = [1, 1]): Pads {
  const along = (axis: 0 | 1): Pair => {
    const reach = (window[axis] - 1) * dilations[axis] + 1;
    const count = Math.ceil(size[axis] / strides[axis]);
    const total = Math.max(0, (count - 1) * strides[axis] + reach - size[axis]);
    const before = Math.floor(total / 2);
    return [before, total - before];
  };
  return [...along(0), ...along(1)];
}

export const noPads: Pads = [0, 0, 0, 0];

/** Whether a window sees the whole map and nothing else: the mean or maximum of it, which every runtime does without a window. */
export function seesWholeMap(size: Pair, window: Pair, pads: Pads): boolean {
  return window[0] === size[0] && window[1] === size[1] && pads.every((count) => count === 0);
}
