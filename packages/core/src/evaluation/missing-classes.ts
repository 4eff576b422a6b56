import { InvalidInputError } from '../errors/errors.ts';

/**
 * The classes without any row. An accuracy on these rows says nothing about such classes, and a threshold chosen on
 * these rows was chosen for the other classes.
 * @param labels `[rows]` the correct class of each row.
 * @param classes Number of classes that the rows should have.
 * @returns Ascending.
 * @throws InvalidInputError for a label outside `0 .. classes - 1`.
 */
export function missingClasses(labels: Int32Array, classes: number): readonly number[] {
  const seen = new Uint8Array(classes);
  for (const label of labels) {
    if (label < 0 || label >= classes) {
      throw new InvalidInputError(`Expected a class from 0 to ${classes - 1}; received ${label}.`, {
        expected: `0 to ${classes - 1}`,
        received: label,
      });
    }
    seen[label] = 1;
  }
  return Array.from(seen.keys()).filter((label) => seen[label] === 0);
}
