// The interface to a runtime for ONNX files. `onnxBackend({ ort })` of `@ztw/runtime-onnx` implements it; this package
// imports no runtime.

import type { BundleReader, BundleTensor, LoadedBundle } from '@ztw/bundle';
import type { InputBatch, RowShape } from '@ztw/core';
import type { CutDescription, GraphProbe, SegmentedBackbone } from '@ztw/core/runtime';

/** One segment of a backbone as an ONNX file that also returns the features for ICs. `emitFeatureSegment` writes it. */
export interface BackboneSegment {
  readonly bytes: Uint8Array;
  /** The network's input for the first segment, else the tensors of the previous cut. */
  readonly inputs: readonly BundleTensor[];
  /** Tensors that cross the next cut; empty for the last segment. */
  readonly outputs: readonly BundleTensor[];
  /**
   * Features for the IC at the next cut; null if these are the first boundary tensor itself, and for the last segment.
   */
  readonly cached: BundleTensor | null;
  /** Name of the float32 output with the backbone's logits; null before the last segment. */
  readonly logits: string | null;
}

export interface BackboneSegments {
  /** `cuts.length + 1`, in order. */
  readonly segments: readonly BackboneSegment[];
  readonly cuts: readonly CutDescription[];
  readonly classes: number;
  readonly inputShape: RowShape;
  /** MACs per row of the whole backbone. */
  readonly backboneMacs: number;
  /** Element type of the tensors between segments. */
  readonly precision: 'float16' | 'float32';
  /** `dynamic`, or the one number of rows that the files accept. */
  readonly batch: 'dynamic' | number;
}

/** A network without cuts. */
export interface UncutNetwork {
  readonly bytes: Uint8Array;
  readonly inputShape: RowShape;
  readonly classes: number;
  /** Names of the network's input and of its output with the logits. */
  readonly input: string;
  readonly output: string;
  readonly batch: 'dynamic' | number;
}

export interface OpenNetwork {
  readonly classes: number;
  readonly inputShape: RowShape;
  /** @returns logits `[rows, classes]` */
  runWhole(input: InputBatch): Promise<Float32Array>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface OnnxBackend {
  /** Name and version, for reports. */
  readonly name: string;
  /** The settings that measured times depend on, in one line. */
  readonly device: string;
  readonly probe: GraphProbe;
  /** Makes a frozen backbone from its segments. */
  segments(options: BackboneSegments): SegmentedBackbone;
  /** Opens an uncut network with the settings of stages. All measured times are compared with it. */
  whole(options: UncutNetwork): Promise<OpenNetwork>;
  /** Loads the stages of a bundle. */
  load(bundle: BundleReader): Promise<LoadedBundle>;
}
