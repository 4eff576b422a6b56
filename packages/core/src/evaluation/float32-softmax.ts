/**
 * `p_c = exp(x_c) / sum_k exp(x_k)` per row, every step rounded to float32 and summed in order, as PyTorch computes it.
 *
 * The shared `softmax` is more precise, but with it a confidence within one rounding of a threshold can fall on the
 * other side than in the published evaluation: measured, one row of 10,000 at one threshold of 101.
 * @param logits `[rows, classes]`
 * @returns `[rows, classes]`; a row with NaN, `+Infinity` or no finite value becomes NaN.
 */
export function float32Softmax(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const end = start + classes;
    let largest = logits[start] as number;
    for (let index = start + 1; index < end; index++) largest = Math.max(largest, logits[index] as number);
    let sum = 0;
    for (let index = start; index < end; index++) {
      const exponential = Math.fround(Math.exp(Math.fround((logits[index] as number) - largest)));
      probabilities[index] = exponential;
      sum = Math.fround(sum + exponential);
    }
    for (let index = start; index < end; index++) probabilities[index] = (probabilities[index] as number) / sum;
  }
  return probabilities;
}
