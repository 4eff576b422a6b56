// Softmax over the rows of `[rows, classes]`. Sums run in float64; only the results are rounded to float32.

/**
 * `log p_c = x_c - log sum_k exp(x_k)`, per row. The row's maximum is subtracted first, so that no exponential
 * overflows.
 * @param logits `[rows, classes]`, finite.
 * @returns `[rows, classes]`, every value at most 0.
 */
export function logSoftmax(logits: Float32Array, classes: number): Float32Array {
  const logProbabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const end = start + classes;
    const maximum = maximumOf(logits, start, end);
    let sum = 0;
    for (let index = start; index < end; index++) sum += Math.exp((logits[index] as number) - maximum);
    const logSum = Math.log(sum);
    for (let index = start; index < end; index++) {
      logProbabilities[index] = (logits[index] as number) - maximum - logSum;
    }
  }
  return logProbabilities;
}

/**
 * `p_c = exp(x_c) / sum_k exp(x_k)`, per row.
 * @param logits `[rows, classes]`, finite.
 * @returns `[rows, classes]`; each row sums to 1 up to float32 rounding.
 */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  const exponentials = new Float64Array(classes);
  for (let start = 0; start < logits.length; start += classes) {
    const maximum = maximumOf(logits, start, start + classes);
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      const exponential = Math.exp((logits[start + label] as number) - maximum);
      exponentials[label] = exponential;
      sum += exponential;
    }
    for (let label = 0; label < classes; label++) {
      probabilities[start + label] = (exponentials[label] as number) / sum;
    }
  }
  return probabilities;
}

/**
 * `exp(log p)`, at most 1: rounding in an ensemble must not let a row pass a threshold of 1.
 * @param logProbabilities Any shape; `-Infinity` gives 0.
 */
export function toProbabilities(logProbabilities: Float32Array): Float32Array {
  const probabilities = new Float32Array(logProbabilities.length);
  for (let index = 0; index < probabilities.length; index++) {
    probabilities[index] = Math.min(1, Math.exp(logProbabilities[index] as number));
  }
  return probabilities;
}

function maximumOf(values: Float32Array, start: number, end: number): number {
  let maximum = values[start] as number;
  for (let index = start + 1; index < end; index++) {
    const value = values[index] as number;
    if (value > maximum) maximum = value;
  }
  return maximum;
}
