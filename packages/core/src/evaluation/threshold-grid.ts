import { InvalidInputError } from '../errors/errors.ts';

const LANES = 8;

/**
 * Evenly spaced thresholds from 0 to 1 in float32.
 *
 * The published curves were swept over `torch.linspace(0, 1, count)`. That function steps up from 0 in the first half
 * and down from 1 in the second, eight values at a time, each block from its own first value. We round where it
 * rounds, so that a confidence that equals a threshold falls on the same side.
 * @param count Number of thresholds; at least 2.
 * @throws InvalidInputError for fewer than two.
 */
export function thresholdGrid(count: number): Float32Array {
  if (!Number.isInteger(count) || count < 2) {
    throw new InvalidInputError(`Expected a whole number of thresholds, 2 or more; received ${count}.`, {
      expected: 'a whole number of at least 2',
      received: count,
    });
  }
  const step = Math.fround(1 / (count - 1));
  const half = Math.floor(count / 2);
  const inBlocks = count - (count % LANES);
  const at = (index: number): number =>
    index < half ? Math.fround(step * index) : Math.fround(1 - Math.fround(step * (count - 1 - index)));
  return Float32Array.from({ length: count }, (_, index) => {
    if (index >= inBlocks) return at(index);
    const lane = index % LANES;
    return Math.fround(at(index - lane) + Math.fround(step * lane));
  });
}
