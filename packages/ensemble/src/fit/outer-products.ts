/** Sums outer products `v v^T` into a matrix, four at a time, because the matrix dominates the memory traffic. */
export interface OuterProducts {
  /** The vector to fill for the next product. Filling it again before `take` discards it. */
  next(): Float64Array;
  /** Adds the vector of `next` to the sum. */
  take(matrix: Float64Array): void;
  /** Adds the pending vectors. Call it once, at the end of a sum. */
  flush(matrix: Float64Array): void;
}

/**
 * @param length Elements of each vector.
 * @param stride Elements from one row of the matrix to the next; only the lower triangle is added to.
 */
export function outerProducts(length: number, stride: number): OuterProducts {
  const [a, b, c, d] = [0, 1, 2, 3].map(() => new Float64Array(length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const vectors = [a, b, c, d];
  let count = 0;

  function add(matrix: Float64Array): void {
    for (let row = 0; row < length; row++) {
      const rowStart = row * stride;
      const [ra, rb, rc, rd] = [a[row] as number, b[row] as number, c[row] as number, d[row] as number];
      for (let column = 0; column <= row; column++) {
        matrix[rowStart + column] =
          (matrix[rowStart + column] as number) +
          ra * (a[column] as number) +
          rb * (b[column] as number) +
          rc * (c[column] as number) +
          rd * (d[column] as number);
      }
    }
    count = 0;
  }

  return {
    next: () => vectors[count] as Float64Array,
    take(matrix) {
      count++;
      if (count === vectors.length) add(matrix);
    },
    flush(matrix) {
      for (const vector of vectors.slice(count)) vector.fill(0);
      add(matrix);
    },
  };
}
