/**
 * Factorises `A = L L^T` in place.
 * @param matrix `[size, size]`, row-major; only its lower triangle is read, and becomes `L`.
 * @returns false if the matrix is not positive definite; the content of `matrix` is then undefined.
 */
export function choleskyFactorise(matrix: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k++) {
        sum -= (matrix[row * size + k] as number) * (matrix[column * size + k] as number);
      }
      if (row !== column) {
        matrix[row * size + column] = sum / (matrix[column * size + column] as number);
      } else {
        if (!(sum > 0)) return false;
        matrix[row * size + row] = Math.sqrt(sum);
      }
    }
  }
  return true;
}

/** Solves `L L^T x = b`; `vector` holds `b` on entry and `x` on return. */
export function choleskySolve(factor: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let row = 0; row < size; row++) {
    let sum = vector[row] as number;
    for (let k = 0; k < row; k++) sum -= (factor[row * size + k] as number) * (vector[k] as number);
    vector[row] = sum / (factor[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = vector[row] as number;
    for (let k = row + 1; k < size; k++) sum -= (factor[k * size + row] as number) * (vector[k] as number);
    vector[row] = sum / (factor[row * size + row] as number);
  }
}
