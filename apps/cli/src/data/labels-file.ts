import { InvalidDataError } from '@ztw/core';
import { readFileBytes } from './files.ts';
import { isIdx, readIdx } from './idx.ts';
import { labelsBytesLimit } from './limits.ts';
import { isNpy, npyIntegers, readNpy } from './npy.ts';

/**
 * Class indices from a file of labels: IDX or `.npy`, plain or gzipped.
 * @returns `[rows]`
 * @throws InvalidDataError for another format, more than one axis, or a negative label.
 */
export async function readLabels(path: string): Promise<Int32Array> {
  const bytes = await readFileBytes(path, labelsBytesLimit);
  const { shape, labels } = parse(bytes, path);
  // One column is accepted as one axis: [rows, 1].
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new InvalidDataError(`${path} has shape ${shape.join(' x ')}, expected one class index per row.`, { path });
  }
  const negative = labels.find((label) => label < 0);
  if (negative !== undefined)
    throw new InvalidDataError(
      `Expected class indices from 0; ${path} holds the label ${negative}. Number the classes from 0.`,
      { path },
    );
  return labels;
}

function parse(bytes: Uint8Array, path: string): { shape: readonly number[]; labels: Int32Array } {
  if (isNpy(bytes)) {
    const array = readNpy(bytes, path);
    return { shape: array.shape, labels: npyIntegers(array, path) };
  }
  if (isIdx(bytes)) {
    const { shape, data } = readIdx(bytes, path);
    return { shape, labels: Int32Array.from(data) };
  }
  throw new InvalidDataError(
    `Expected a file of labels, IDX (train-labels-idx1-ubyte) or .npy; ${path} is of another kind.`,
    { path },
  );
}
