// A small network as functions of its rows, and what it answers without any stage, IC or loop.

import type { InputBatch } from '../contract/staged-model.ts';
import type { RowShape } from '../contract/tensor.ts';

/** A piece of the backbone. */
export interface ReferenceSegment {
  /** For people; the last segment's stage is `final`. */
  readonly name: string;
  /** MACs per row. */
  readonly macs: number;
  /** `[rows, ...]` -> `[rows, ...]` */
  run(features: Float32Array, rows: number): Float32Array;
}

/** An IC of a reference network. */
export interface ReferenceHead {
  /** MACs per row. */
  readonly macs: number;
  readonly usesPreviousLogits: boolean;
  /**
   * @param features `[rows, ...]` as its segment gives them.
   * @param previousLogits `[rows, classes]` of the IC before; null where it uses none.
   * @returns logits `[rows, classes]`
   */
  run(features: Float32Array, rows: number, previousLogits: Float32Array | null): Float32Array;
}

/** A backbone in segments, the last of which ends in its own classifier, and the ICs between them. */
export interface ReferenceNetwork {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly segments: readonly ReferenceSegment[];
  /** One after each segment but the last. */
  readonly heads: readonly ReferenceHead[];
}

/**
 * The uncut network's own answer.
 * @returns logits `[rows, classes]`
 */
export function wholeLogits(network: ReferenceNetwork, input: InputBatch): Float32Array {
  return network.segments.reduce((features, segment) => segment.run(features, input.rows), input.data);
}
