import { InvalidInputError } from '@ztw/core';
import { seededRandom, shuffle } from './split-random.ts';

export interface SplitOptions {
  /** Share of the rows for validation, from 0 to 1. */
  readonly validation: number;
  /** Share of the rows for testing, from 0 to 1. Default 0. */
  readonly test?: number;
  readonly seed: number;
}

/** Ascending row numbers; each row is in exactly one of the three. */
export interface RowSplit {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * Splits rows at random by a seed, each class in the same proportions. Rounding errors are carried from class to class,
 * so the totals are correct to one row.
 * @param labels `[rows]`, or null to treat all rows as one class.
 * @throws InvalidInputError for shares that are negative or sum to more than 1.
 */
export function splitRows(rows: number, labels: Int32Array | null, options: SplitOptions): RowSplit {
  const { validation, seed } = options;
  const test = options.test ?? 0;
  if (!(validation >= 0 && test >= 0 && validation + test <= 1)) {
    throw new InvalidInputError(
      `Expected shares of at least 0 that sum to at most 1; received ${validation} for validation and ${test} for test.`,
      { received: { validation, test } },
    );
  }
  const random = seededRandom(seed);
  const train: Int32Array[] = [];
  const validationParts: Int32Array[] = [];
  const testParts: Int32Array[] = [];
  let owedValidation = 0;
  let owedTest = 0;
  for (const members of rowsByClass(rows, labels)) {
    shuffle(members, random);
    owedValidation += members.length * validation;
    owedTest += members.length * test;
    const validationCount = Math.min(members.length, Math.round(owedValidation));
    const testCount = Math.min(members.length - validationCount, Math.round(owedTest));
    owedValidation -= validationCount;
    owedTest -= testCount;
    validationParts.push(members.subarray(0, validationCount));
    testParts.push(members.subarray(validationCount, validationCount + testCount));
    train.push(members.subarray(validationCount + testCount));
  }
  return { train: ascending(train), validation: ascending(validationParts), test: ascending(testParts) };
}

function ascending(parts: readonly Int32Array[]): Int32Array {
  const rows = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    rows.set(part, filled);
    filled += part.length;
  }
  return rows.sort();
}

/** Row numbers of each class, in the order of the class indices. */
function rowsByClass(rows: number, labels: Int32Array | null): Int32Array[] {
  if (labels === null) return [Int32Array.from({ length: rows }, (_, row) => row)];
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    const list = members.get(label);
    if (list) list.push(row);
    else members.set(label, [row]);
  }
  return [...members.entries()].sort(([a], [b]) => a - b).map(([, list]) => Int32Array.from(list));
}
