import type { InputValues } from '@ztw/core';

/**
 * Moves the kept rows to the front of an array, in place.
 * @param data `[rows, elements]`; overwritten.
 * @param kept Positions of the rows, strictly ascending.
 * @returns a view of the front of `data`, `[kept.length, elements]`.
 */
export function compactRows<Values extends InputValues>(data: Values, elements: number, kept: Int32Array): Values {
  gatherRows(data, elements, kept, data);
  return data.subarray(0, kept.length * elements) as InputValues as Values;
}

/**
 * Copies rows to the front of an array.
 * @param source `[rows, elements]`
 * @param kept Positions of the rows, strictly ascending; null for all.
 * @param target Room for `[kept.length, elements]`, of the class of `source`; may be `source` itself.
 */
export function gatherRows(source: InputValues, elements: number, kept: Int32Array | null, target: InputValues): void {
  // The type of the values does not matter, because whole values are moved.
  const [from, to] = [source as Float32Array, target as Float32Array];
  if (kept === null) {
    to.set(from);
    return;
  }
  let position = 0;
  while (position < kept.length) {
    const first = kept[position] as number;
    // Consecutive rows move together, in one copy.
    let end = position + 1;
    while (end < kept.length && kept[end] === first + (end - position)) end += 1;
    if (from !== to || first !== position) {
      to.set(from.subarray(first * elements, (first + end - position) * elements), position * elements);
    }
    position = end;
  }
}
