// A small network as functions of its rows, and its answers without stages, ICs or a loop.

import type { InputBatch } from '../contract/input.ts';
import type { RowShape } from '../contract/tensor.ts';
import { namedInput } from '../input/check-input.ts';
import { denseInputs } from '../input/input-types.ts';

/** A piece of the backbone. */
export interface ReferenceSegment {
  /** Name for messages; the last segment's stage is `final`. */
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
   * @param features `[rows, ...]`, the output of its segment.
   * @param previousLogits `[rows, classes]` of the IC before; null if it uses none.
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
 * The answer of the uncut network.
 * @returns logits `[rows, classes]`
 */
export function wholeLogits(network: ReferenceNetwork, input: InputBatch): Float32Array {
  const [only] = Object.values(namedInput(input, denseInputs(network.inputShape)).inputs);
  return network.segments.reduce((features, segment) => segment.run(features, input.rows), only?.data as Float32Array);
}
