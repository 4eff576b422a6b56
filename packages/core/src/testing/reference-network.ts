// A small network as plain data, and what it answers without any stage, IC or loop.

import type { Head, HeadLayer, HeadParameters, RowShape } from '../contract/head.ts';
import type { InputBatch } from '../contract/input.ts';
import { namedInput } from '../input/check-input.ts';
import { denseInputs } from '../input/input-types.ts';
import { executeLayers } from './reference-head.ts';

/** A piece of the backbone. */
export interface ReferenceSegment {
  /** For people; the last segment's stage is `final`. */
  readonly name: string;
  readonly inputShape: RowShape;
  readonly layers: readonly HeadLayer[];
  readonly parameters: HeadParameters;
  /** MACs per row. */
  readonly macs: number;
}

/** An IC of a reference network. */
export interface ReferenceHead {
  readonly head: Head;
  /** MACs per row. */
  readonly macs: number;
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

/** Runs one segment: `[rows, ...inputShape]` -> `[rows, ...]`. */
export function runSegment(segment: ReferenceSegment, features: Float32Array, rows: number): Float32Array {
  return executeLayers(segment.layers, segment.parameters, features, segment.inputShape, rows, null);
}

/**
 * The uncut network's own answer.
 * @returns logits `[rows, classes]`
 */
export function wholeLogits(network: ReferenceNetwork, input: InputBatch): Float32Array {
  const [only] = Object.values(namedInput(input, denseInputs(network.inputShape)).inputs);
  return network.segments.reduce(
    (features, segment) => runSegment(segment, features, input.rows),
    only?.data as Float32Array,
  );
}
