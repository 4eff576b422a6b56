import { basename } from 'node:path';
import { InvalidDataError } from '@ztw/core';
import type { PixelArray } from './array-data.ts';
import { npyLabelsBeside } from './array-folder.ts';
import { readFileBytes } from './files.ts';
import type { PixelTarget } from './labelled-data.ts';
import { readLabels } from './labels-file.ts';
import { type NpyArray, readNpy } from './npy.ts';

interface ImageAxes {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly layout: PixelArray['layout'];
}

/**
 * Images from a `.npy` file: uint8, or floats in 0..1, which are rounded to 8 bits; `[rows, height, width]` or with
 * channels first or last. Labels are beside it (`x.npy` and `y.npy`, `images.npy` and `labels.npy`).
 * @param target Decides between channels first and last if both are possible.
 * @throws InvalidDataError for another type or shape, or a value outside 0..1 (NaN included).
 */
export async function readNpyData(path: string, target: PixelTarget): Promise<PixelArray> {
  const array = readNpy(await readFileBytes(path), path);
  const axes = imageAxes(array.shape, path, target);
  const labelsFile = await npyLabelsBeside(path);
  const rowLength = axes.height * axes.width * axes.channels;
  return {
    name: basename(path),
    count: array.shape[0] ?? 0,
    ...axes,
    labels: labelsFile === null ? null : await readLabels(labelsFile),
    classNames: null,
    row: rowReader(array, rowLength, path),
  };
}

function imageAxes(shape: readonly number[], path: string, target: PixelTarget): ImageAxes {
  const [, second, third, fourth] = shape;
  if (shape.length === 3 && second !== undefined && third !== undefined) {
    return { height: second, width: third, channels: 1, layout: 'channels-last' };
  }
  if (shape.length === 4 && second !== undefined && third !== undefined && fourth !== undefined) {
    const last = channelsOf(fourth);
    const first = channelsOf(second);
    const fitsFirst = third === target.height && fourth === target.width;
    if (first !== null && (last === null || fitsFirst)) {
      return { height: third, width: fourth, channels: first, layout: 'channels-first' };
    }
    if (last !== null) return { height: second, width: third, channels: last, layout: 'channels-last' };
  }
  throw new InvalidDataError(
    `${path} has shape ${shape.join(' x ')}, expected images: rows x height x width, or with 1 or 3 channels first or last.`,
    { path },
  );
}

function channelsOf(size: number): 1 | 3 | null {
  return size === 1 || size === 3 ? size : null;
}

function rowReader(array: NpyArray, rowLength: number, path: string): PixelArray['row'] {
  const { data } = array;
  if (data instanceof Uint8Array) return (index) => data.subarray(index * rowLength, (index + 1) * rowLength);
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new InvalidDataError(
      `${path} holds ${array.type} values, expected uint8 pixels or floats in 0..1. Save it with .astype('uint8').`,
      { path },
    );
  }
  const wrong = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong >= 0) {
    throw new InvalidDataError(
      `${path} holds ${data[wrong]} in row ${Math.floor(wrong / rowLength)}; float pixels must lie in 0..1. Scale them, or save uint8.`,
      { path },
    );
  }
  return (index) => {
    const row = new Uint8Array(rowLength);
    const start = index * rowLength;
    for (let offset = 0; offset < rowLength; offset++) row[offset] = Math.round((data[start + offset] as number) * 255);
    return row;
  };
}
