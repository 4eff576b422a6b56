import type { RowShape } from '@ztw/core';
import { denseInputs, rowSize, type SegmentedBackbone } from '@ztw/core/runtime';
import { type HeadSpecification, seededRandom, splitPrefix } from '@ztw/heads';

/**
 * A backbone whose features are random float16 values between 0 and 1 of the given shapes. It costs almost nothing, so
 * the measured time is that of training the ICs.
 */
export function randomBackbone(
  cutShapes: readonly RowShape[],
  heads: readonly HeadSpecification[],
  classes: number,
): SegmentedBackbone {
  const random = seededRandom(1);
  const features = (elements: number): Uint16Array =>
    // Bit patterns of float16 below 1: exponents up to 14, any mantissa.
    Uint16Array.from({ length: elements }, () => Math.floor(random() * 0x3c00));
  const cuts = cutShapes.map((shape, cut) => ({
    name: `cut ${cut}`,
    boundaryShapes: [shape],
    cachedShape: splitPrefix(heads[cut] as HeadSpecification).cachedShape,
    cumulativeMacs: cut + 1,
  }));
  return {
    specificationVersion: 'v2',
    classes,
    inputs: denseInputs([1]),
    cuts,
    backboneMacs: cuts.length + 1,
    precision: 'float16',
    preferredBatch: 256,
    async runSegment(segment, _inputs, rows) {
      const cut = cuts[segment];
      if (cut === undefined) return { boundary: [], cached: null, logits: new Float32Array(rows * classes) };
      const boundary = features(rows * rowSize(cut.boundaryShapes[0] as RowShape));
      const cached =
        rowSize(cut.cachedShape) * rows === boundary.length ? null : features(rows * rowSize(cut.cachedShape));
      return { boundary: [boundary], cached, logits: null };
    },
    async [Symbol.asyncDispose]() {},
  };
}
