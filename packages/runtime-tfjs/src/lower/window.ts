// The padding of convolutions and pools. TensorFlow names it; programs store numbers.

/** Height and width. */
export type Pair = readonly [number, number];

/** Zeros before and after: top, bottom, left, right. */
export type Pads = readonly [number, number, number, number];

/**
 * The padding that gives `ceil(size / stride)` windows. An odd amount puts the extra zero at the end.
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

/**
 * Whether a window covers exactly the whole map. Such a pool is the mean or maximum of the map, which needs no window.
 */
export function seesWholeMap(size: Pair, window: Pair, pads: Pads): boolean {
  return window[0] === size[0] && window[1] === size[1] && pads.every((count) => count === 0);
}
