import { InvalidInputError } from '../errors/errors.ts';

/**
 * The classes of which there is no row. An accuracy on such rows says nothing of these classes, and a threshold that was chosen on
 * them was chosen for the others.
 * @param labels `[rows]` the right class of each row.
 * @param classes Classes that there should be.
 * @returns Ascending.
 * @throws InvalidInputError for a label outside `0 .. classes - 1`.
 */
export function missingClasses(labels: Int32Array, classes: number): readonly number[] {
  const seen = new Uint8Array(classes);
  for (const label of labels) {
    if (label < 0 || label >= classes) {
      throw new InvalidInputError(
        `Class ${label} does not exist; there are ${classes} classes, from 0 to ${classes - 1}.`,
      );
    }
    seen[label] = 1;
  }
  return Array.from(seen.keys()).filter((label) => seen[label] === 0);
}
