// What a trainer needs of a frozen backbone: its segments, run one after the other on host rows.
// Any runtime can offer it; the trainer never sees a graph.

import type { InputSpecification, InputValues } from './input.ts';
import type { RowShape } from './tensor.ts';

/** Rows of one tensor: float32 values, or float16 bit patterns (IEEE 754 binary16) in a Uint16Array. */
export type FeatureRows = Float32Array | Uint16Array;

/** The numbers of one cut, as the trainer sees it. */
export interface CutDescription {
  readonly name: string;
  /** Row shapes of the tensors that cross the cut: one, or two inside a residual block. */
  readonly boundaryShapes: readonly RowShape[];
  /** Row shape of what the IC at this cut is trained on: the features after the head's parameter-free prefix. */
  readonly cachedShape: RowShape;
  /** MACs per row of all segments up to and including this one. */
  readonly cumulativeMacs: number;
}

/** What one segment returns for one batch of rows. */
export interface SegmentOutput {
  /** Tensors that cross the next cut; empty after the last segment. */
  readonly boundary: readonly FeatureRows[];
  /** What the IC after this segment is trained on; null after the last segment. */
  readonly cached: FeatureRows | null;
  /** `[rows, classes]` of the backbone's own classifier; null before the last segment. */
  readonly logits: Float32Array | null;
}

/** A frozen backbone with `cuts.length + 1` segments. */
export interface SegmentedBackbone {
  readonly specificationVersion: 'v2';
  readonly classes: number;
  /** What the first segment takes, at least one. */
  readonly inputs: readonly InputSpecification[];
  readonly cuts: readonly CutDescription[];
  /** MACs per row of the whole backbone. */
  readonly backboneMacs: number;
  /** What the values of `boundary` and `cached` are stored as. */
  readonly precision: 'float16' | 'float32';
  /** The most rows that one call should get; callers split larger batches. */
  readonly preferredBatch: number;
  /**
   * Runs one segment. The returned arrays belong to the caller.
   * @param inputs For segment 0 one array per input, in their order, each `[rows, ...rowShape]`; else the boundary of
   *   the cut before.
   */
  runSegment(segmentIndex: number, inputs: readonly InputValues[], rows: number): Promise<SegmentOutput>;
  /**
   * Says that the segments from `first` to `last` will take turns from now on, batch after batch, so that all of them
   * should stay open and others need not. Without this call, one segment runs on many batches before the next.
   */
  holdSegments?(first: number, last: number): void;
  [Symbol.asyncDispose](): Promise<void>;
}
