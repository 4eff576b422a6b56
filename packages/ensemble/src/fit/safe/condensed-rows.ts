// Condensed rows for many classes: each row keeps the classes that some exit finds probable, the true class, and a
// sample of the others, each of which represents its share of them. A fit of weights alone needs no more, and memory
// does not grow with the number of classes.

import { type FitRows, fitRows } from '../fit-rows.ts';
import { seededNumber } from './seeded-order.ts';

/** Up to this many classes, rows are not condensed. */
export const mostWholeClasses = 128;
/** Number of most probable classes kept, including the true class. */
const probableClasses = 32;
/** Number of sampled classes that represent the others. */
const sampledClasses = 16;
const seed = 3;
/** Number of whole rows laid out at a time. */
const rowsAtATime = 64;

/**
 * Checks and lays out stored predictions, condensed if there are more than `mostWholeClasses` classes.
 * @param logits One array per exit, `[rows, classes]`.
 * @throws InvalidDataError and InvalidInputError like `fitRows`.
 */
export function condensedRows(logits: readonly Float32Array[], labels: ArrayLike<number>, classes: number): FitRows {
  if (classes <= mostWholeClasses || logits.length === 0 || labels.length === 0)
    return fitRows(logits, labels, classes);
  const slots = probableClasses + sampledClasses;
  const exits = logits.length;
  const rows = labels.length;
  const logProbabilities = new Float32Array(rows * exits * slots);
  const offsets = new Float32Array(rows * slots);
  const slotOfLabels = new Int32Array(rows);
  const offset = Math.log((classes - probableClasses) / sampledClasses);
  for (let first = 0; first < rows; first += rowsAtATime) {
    const count = Math.min(rowsAtATime, rows - first);
    const whole = fitRows(
      logits.map((values) => values.subarray(first * classes, (first + count) * classes)),
      Array.from({ length: count }, (_, row) => labels[first + row] as number),
      classes,
    );
    for (let row = 0; row < count; row++) {
      const label = whole.labels[row] as number;
      const kept = keptClasses(whole, row, label, first + row);
      slotOfLabels[first + row] = kept.indexOf(label);
      offsets.fill(offset, (first + row) * slots + probableClasses, (first + row + 1) * slots);
      for (let exit = 0; exit < exits; exit++) {
        const from = (row * exits + exit) * classes;
        const to = ((first + row) * exits + exit) * slots;
        kept.forEach((label, slot) => {
          logProbabilities[to + slot] = whole.logProbabilities[from + label] as number;
        });
      }
    }
  }
  return { rows, exits, classes: slots, logProbabilities, labels: slotOfLabels, offsets };
}

/** The probable classes, including the true class, then the sampled ones. */
function keptClasses(
  { exits, classes, logProbabilities }: FitRows,
  row: number,
  label: number,
  key: number,
): Int32Array {
  const best = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  for (let exit = 0; exit < exits; exit++) {
    const from = (row * exits + exit) * classes;
    for (let c = 0; c < classes; c++) best[c] = Math.max(best[c] as number, logProbabilities[from + c] as number);
  }
  best[label] = Number.POSITIVE_INFINITY;
  const order = Int32Array.from(best.keys()).sort((a, b) => (best[b] as number) - (best[a] as number) || a - b);
  // The other classes, in order of probability, are divided into equal parts; one class is drawn from each.
  const part = (classes - probableClasses) / sampledClasses;
  return Int32Array.from({ length: probableClasses + sampledClasses }, (_, slot) => {
    if (slot < probableClasses) return order[slot] as number;
    const draw = seededNumber(seed, key * sampledClasses + slot);
    return order[Math.floor(probableClasses + (slot - probableClasses + draw) * part)] as number;
  });
}

/** The selected rows, in the given order. */
export function takeFitRows(data: FitRows, selected: Int32Array): FitRows {
  const { exits, classes } = data;
  const take = (values: Float32Array, size: number): Float32Array => {
    const taken = new Float32Array(selected.length * size);
    selected.forEach((row, position) => {
      taken.set(values.subarray(row * size, (row + 1) * size), position * size);
    });
    return taken;
  };
  return {
    rows: selected.length,
    exits,
    classes,
    logProbabilities: take(data.logProbabilities, exits * classes),
    labels: selected.map((row) => data.labels[row] as number),
    offsets: data.offsets && take(data.offsets, classes),
  };
}
