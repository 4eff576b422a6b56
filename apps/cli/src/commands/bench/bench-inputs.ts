import type { InputBatch } from '@ztw/core';
import { denseInput, rowSize } from '@ztw/core/runtime';
import { seededRandom } from '@ztw/heads';
import { classesOf, preprocessingOf, type RunnableBundle } from '../../bundle/open-bundle.ts';
import { withClassNames } from '../../data/class-names.ts';
import { type LabelledData, toInput } from '../../data/index.ts';
import { type ImageSource, openImages } from '../../images/open-images.ts';
import type { JobContext } from '../../program/job-context.ts';

/** Where the rows of a benchmark come from. */
export interface BenchInputs {
  /** For reports. */
  readonly name: string;
  /** Rows of one round, the same at every call; rounds go through the data and begin again at its end. */
  batch(round: number, rows: number): Promise<InputBatch>;
}

export interface BenchInputsOptions {
  /** Null: random input. */
  readonly data: ImageSource | null;
  /** File with the names of the classes; null: as the bundle says. */
  readonly classNames: string | null;
  readonly seed: number;
}

/** Images where there are some, else noise: standard normal values, which leave networks elsewhere than images do. */
export async function benchInputs(
  options: BenchInputsOptions,
  bundle: RunnableBundle,
  context: JobContext,
): Promise<BenchInputs> {
  if (options.data === null) return noise(rowSize(denseInput(bundle.model).rowShape), options.seed);
  const preprocessing = preprocessingOf(bundle);
  const network = await withClassNames(classesOf(bundle), options.classNames);
  const images = await openImages({ ...options.data, preprocessing, network }, context);
  const shuffled = shuffledRows(images, options.seed);
  return {
    name: images.name,
    batch: async (round, rows) => {
      const chosen = Int32Array.from(
        { length: rows },
        (_, row) => shuffled[(round * rows + row) % shuffled.length] as number,
      );
      return { data: toInput(await images.pixels(chosen), rows, preprocessing), rows };
    },
  };
}

/** Data sets are often sorted by class; a measurement on one class says little. */
function shuffledRows(images: LabelledData, seed: number): Int32Array {
  const rows = Int32Array.from({ length: images.rows }, (_, row) => row);
  const random = seededRandom(seed);
  for (let last = rows.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const value = rows[last] as number;
    rows[last] = rows[other] as number;
    rows[other] = value;
  }
  return rows;
}

function noise(size: number, seed: number): BenchInputs {
  return {
    name: 'random input',
    batch: async (round, rows) => {
      const random = seededRandom(seed + round);
      return { rows, data: Float32Array.from({ length: rows * size }, () => normal(random)) };
    },
  };
}

/** One standard normal value (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
