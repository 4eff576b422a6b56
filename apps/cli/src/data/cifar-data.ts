// The binary version of CIFAR-10 and CIFAR-100: records of one or two label bytes and 3 x 32 x 32 pixels in planes.
// Source: the description on the CIFAR page (A. Krizhevsky). The format has no magic number; it is recognised by length
// and labels.

import { dirname, join } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import type { PixelArray } from './array-data.ts';
import { readFileBytes } from './files.ts';
import { namesBytesLimit } from './limits.ts';

interface CifarFormat {
  readonly labelBytes: 1 | 2;
  /** Largest value of each label byte. */
  readonly largestLabels: readonly number[];
  /** Files beside the data that hold the class names, one a line. */
  readonly namesFile: string;
}

const pixelBytes = 3 * 32 * 32;
const formats: readonly CifarFormat[] = [
  { labelBytes: 1, largestLabels: [9], namesFile: 'batches.meta.txt' },
  // Coarse label first, then the fine one, which is the class.
  { labelBytes: 2, largestLabels: [19, 99], namesFile: 'fine_label_names.txt' },
];

/** True where a file's length is a whole number of records of either format. */
export function hasCifarLength(bytes: number): boolean {
  return bytes > 0 && formats.some(({ labelBytes }) => bytes % (labelBytes + pixelBytes) === 0);
}

/** CIFAR format of a file's bytes, or null. */
export function cifarFormat(bytes: Uint8Array): CifarFormat | null {
  return formats.find((format) => isFormat(bytes, format)) ?? null;
}

/**
 * Images of one or more files of the same format, in the given order.
 * @throws InvalidDataError if a file is not of the same format as the first, or of neither format.
 */
export async function readCifarData(paths: readonly string[], name: string): Promise<PixelArray> {
  const files = await Promise.all(paths.map((path) => readFileBytes(path)));
  const first = files[0];
  const format = first === undefined ? null : cifarFormat(first);
  for (const [index, bytes] of files.entries()) {
    if (format === null || !isFormat(bytes, format)) {
      throw new InvalidDataError(
        `Expected CIFAR records in ${paths[index]} (${bytes.length} bytes); it is damaged, incomplete, or of another kind than the files beside it. Copy or download it again.`,
      );
    }
  }
  if (format === null) throw new InvalidDataError(`Expected CIFAR files; ${name} holds none.`);
  const { labelBytes } = format;
  const recordBytes = labelBytes + pixelBytes;
  const records = files.flatMap((bytes) =>
    Array.from({ length: bytes.length / recordBytes }, (_, record) =>
      bytes.subarray(record * recordBytes, (record + 1) * recordBytes),
    ),
  );
  return {
    name,
    count: records.length,
    height: 32,
    width: 32,
    channels: 3,
    layout: 'channels-first',
    labels: Int32Array.from(records, (record) => record[labelBytes - 1] as number),
    classNames: await readClassNames(join(dirname(paths[0] ?? name), format.namesFile)),
    row: (index) => (records[index] as Uint8Array).subarray(labelBytes),
  };
}

function isFormat(bytes: Uint8Array, { labelBytes, largestLabels }: CifarFormat): boolean {
  const recordBytes = labelBytes + pixelBytes;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0) return false;
  for (let start = 0; start < bytes.length; start += recordBytes) {
    if (largestLabels.some((largest, index) => (bytes[start + index] as number) > largest)) return false;
  }
  return true;
}

async function readClassNames(path: string): Promise<string[] | null> {
  const bytes = await readFileBytes(path, namesBytesLimit).catch((error: unknown) => {
    // Names are optional.
    if (InvalidDataError.isInstance(error)) return null;
    throw error;
  });
  if (bytes === null) return null;
  const names = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return names.length === 0 ? null : names;
}
