// From what a caller passes to rows of the network's input.

import type { Preprocessing } from '@ztw/bundle';
import type { WorkerRuntime } from '@ztw/bundle/worker';
import { type DenseInputBatch, type InputBatch, type InputSpecification, InvalidInputError } from '@ztw/core';
import { findDenseInput, formatInputs, rowSize } from '@ztw/core/runtime';
import type { Resize } from '../pixels/fit-pixels.ts';
import type { Platform } from '../platform/platform.ts';
import { describeValue, tagOf } from './describe-value.ts';
import { type PrepareSettings, prepareImage } from './prepare-image.ts';

/** Images that are decoded at once; more would take much memory. */
const imagesAtOnce = 4;

/** What inputs become. */
export interface InputTarget {
  readonly inputs: readonly InputSpecification[];
  /** null if the bundle was not made for images. */
  readonly preprocessing: Preprocessing | null;
  readonly platform: Platform;
  /** Prepares images on another thread; null where there is none. */
  readonly prepareRemotely: WorkerRuntime['prepareImage'];
}

/** Whether a value is a batch of rows: `{ data, rows }` or `{ inputs, rows }`. */
export function isInputBatch(value: unknown): value is InputBatch {
  return tagOf(value) === 'Object' && 'rows' in (value as object);
}

/**
 * Rows of some inputs: images, or rows as they are.
 * @param firstNumber Number of the first input in the whole list, for messages; null for a single input.
 * @param resize How images are fitted; undefined as the bundle says.
 * @throws InvalidInputError or InvalidDataError naming the input that does not fit.
 */
export async function rowsOfInputs(
  inputs: readonly unknown[],
  firstNumber: number | null,
  target: InputTarget,
  resize: Resize | undefined,
): Promise<DenseInputBatch> {
  const size = denseSize(target.inputs);
  const data = new Float32Array(inputs.length * size);
  const prepare = async (input: unknown, index: number): Promise<void> => {
    const row = data.subarray(index * size, (index + 1) * size);
    const what = firstNumber === null ? 'The image' : `Image ${firstNumber + index}`;
    if (input instanceof Float32Array) copyRow(input, row);
    else await prepareAnywhere(input, what, row, preprocessingFor(input, target, resize), target);
  };
  for (let start = 0; start < inputs.length; start += imagesAtOnce) {
    await Promise.all(inputs.slice(start, start + imagesAtOnce).map((input, index) => prepare(input, start + index)));
  }
  return { data, rows: inputs.length };
}

async function prepareAnywhere(
  input: unknown,
  what: string,
  row: Float32Array,
  preprocessing: Preprocessing,
  { platform, prepareRemotely }: InputTarget,
): Promise<void> {
  const sent = prepareRemotely === null ? null : await platform.imageForWorker(input, what);
  if (sent === null || prepareRemotely === null) {
    await prepareImage(input, what, row, preprocessing, platform);
    return;
  }
  const settings: PrepareSettings = { preprocessing, what };
  row.set(await prepareRemotely(sent.image, settings, sent.transfer));
}

function denseSize(inputs: readonly InputSpecification[]): number {
  const dense = findDenseInput(inputs);
  if (dense !== null) return rowSize(dense.rowShape);
  throw new InvalidInputError(
    `Expected rows of the inputs ${formatInputs(inputs)}, which this bundle takes; received another input. Pass { rows, inputs }.`,
    { expected: '{ rows, inputs }', path: 'input' },
  );
}

function preprocessingFor(
  input: unknown,
  { preprocessing, platform }: InputTarget,
  resize: Resize | undefined,
): Preprocessing {
  if (preprocessing !== null) return resize === undefined ? preprocessing : { ...preprocessing, resize };
  throw new InvalidInputError(
    `Expected rows of values, { data, rows } or a Float32Array, because this bundle was not made for images; received ${describeValue(input)}. ` +
      `A bundle with preprocessing takes ${platform.imageKinds}.`,
    { expected: '{ data, rows }', received: describeValue(input), path: 'input' },
  );
}

function copyRow(values: Float32Array, row: Float32Array): void {
  if (values.length !== row.length) {
    throw new InvalidInputError(
      `Expected ${row.length} values in a row; received ${values.length}. Pass several rows as { data, rows }.`,
      { expected: row.length, received: values.length, path: 'input' },
    );
  }
  row.set(values);
}
