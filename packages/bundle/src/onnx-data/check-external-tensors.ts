import { InvalidModelError } from '@ztw/core';
import type { ExternalTensor } from './external-tensors.ts';

/** The bytes `[start, end)` of a file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Checks where values are before anything is allocated for them.
 * @param files Sizes in bytes, by location.
 * @returns the range of each tensor. Ranges do not overlap, so together they are not larger than the files.
 * @throws InvalidModelError for a file that is not there, values beyond the end of their file or shared by two
 *   tensors, and values that do not fill the shape.
 */
export function checkExternalTensors(
  tensors: readonly ExternalTensor[],
  files: ReadonlyMap<string, number>,
): readonly ByteRange[] {
  const ranges = tensors.map((tensor) => rangeOf(tensor, files));
  const inOrder = tensors
    .map((tensor, index) => ({ tensor, range: ranges[index] as ByteRange }))
    .filter(({ range }) => range.end > range.start)
    .toSorted((left, right) => left.range.start - right.range.start);
  const taken = new Map<string, { readonly name: string; readonly end: number }>();
  for (const { tensor, range } of inOrder) {
    const before = taken.get(tensor.location);
    if (before !== undefined && before.end > range.start) {
      throw new InvalidModelError(
        `Expected separate values for every initialiser; received "${before.name}" and "${tensor.name}", which share bytes of ${tensor.location}. Export the model again.`,
        { expected: 'separate values', received: [before.name, tensor.name], path: tensor.location },
      );
    }
    taken.set(tensor.location, { name: tensor.name, end: range.end });
  }
  return ranges;
}

function rangeOf(tensor: ExternalTensor, files: ReadonlyMap<string, number>): ByteRange {
  const { name, location, offset, shapeBytes } = tensor;
  const size = files.get(location);
  if (size === undefined) {
    throw new InvalidModelError(
      `Expected the file ${location} with the values of the initialiser "${name}"; received none. Keep it beside the model.`,
      { expected: location, path: location },
    );
  }
  const length = tensor.length ?? Math.max(0, size - offset);
  if (offset + length > size) {
    throw new InvalidModelError(
      `Expected the values of the initialiser "${name}" inside ${location}, which has ${size} bytes; received bytes ${offset} to ${offset + length}. ` +
        'The file is truncated or belongs to another model: copy or export both again.',
      { expected: `at most ${size}`, received: offset + length, path: location },
    );
  }
  if (shapeBytes !== null && shapeBytes !== length) {
    throw new InvalidModelError(
      `Expected ${shapeBytes} bytes for the shape of the initialiser "${name}"; received ${length}. The model is damaged: export it again.`,
      { expected: shapeBytes, received: length, path: name },
    );
  }
  return { start: offset, end: offset + length };
}
