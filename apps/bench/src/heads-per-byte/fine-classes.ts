// Many classes from few: each class is divided into groups of similar images by k-means on the last features of another
// network than the one that is tested. Images of one group look alike, as fine classes of one coarse class do.

import { seededRandom } from '@ztw/heads';

const iterations = 15;

export interface FineClassesOptions {
  /** `[rows, width]` */
  readonly features: Float32Array;
  readonly width: number;
  /** The coarse class of each row. */
  readonly labels: Int32Array;
  readonly groups: number;
  readonly seed: number;
}

/** @returns the function that gives a row's fine class: `label * groups + group`. */
export function fineClasses(options: FineClassesOptions): (features: Float32Array, labels: Int32Array) => Int32Array {
  const { features, width, labels, groups, seed } = options;
  const classes = Math.max(...labels) + 1;
  const centres = Array.from({ length: classes }, (_unused, label) => {
    const rows = [...labels.keys()].filter((row) => labels[row] === label);
    return kMeans({ features, width, rows, groups, seed: seed + label });
  });
  return (others, otherLabels) =>
    otherLabels.map((label, row) => {
      const ofClass = centres[label] as readonly Float64Array[];
      return label * groups + nearest(ofClass, others.subarray(row * width, (row + 1) * width));
    });
}

interface KMeansOptions {
  readonly features: Float32Array;
  readonly width: number;
  readonly rows: readonly number[];
  readonly groups: number;
  readonly seed: number;
}

function kMeans({ features, width, rows, groups, seed }: KMeansOptions): readonly Float64Array[] {
  const random = seededRandom(seed);
  const row = (index: number): Float32Array => features.subarray(index * width, (index + 1) * width);
  let centres: readonly Float64Array[] = Array.from({ length: groups }, () =>
    Float64Array.from(row(rows[Math.floor(random() * rows.length)] as number)),
  );
  for (let iteration = 0; iteration < iterations; iteration++) {
    const sums = centres.map(() => new Float64Array(width));
    const counts = centres.map(() => 0);
    for (const index of rows) {
      const group = nearest(centres, row(index));
      counts[group] = (counts[group] as number) + 1;
      const sum = sums[group] as Float64Array;
      for (const [place, value] of row(index).entries()) sum[place] = (sum[place] as number) + value;
    }
    centres = sums.map((sum, group) =>
      counts[group] === 0 ? (centres[group] as Float64Array) : sum.map((value) => value / (counts[group] as number)),
    );
  }
  return centres;
}

function nearest(centres: readonly Float64Array[], values: Float32Array): number {
  const distances = centres.map((centre) =>
    centre.reduce((sum, value, place) => sum + (value - (values[place] as number)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}
