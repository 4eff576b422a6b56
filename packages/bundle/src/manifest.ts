// What training makes and runtimes load. The manifest is plain JSON; all other files are named in it with their hashes.
// A bundle with several networks is a chain: each network starts from the same original input.

import type { EnsembleSpecification, OperatingPoint, RowShape } from '@ztw/core';
import type { HeadSpecification } from '@ztw/heads';

/** How pixels become the network's input: `(value / 255 - mean) / std`, per channel. */
export interface Preprocessing {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** How images of another size are brought to it. */
  readonly resize: 'none' | 'stretch' | 'cover' | 'contain';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** One tensor that a stage model reads or returns. */
export interface BundleTensor {
  readonly name: string;
  /** Shape of one row. */
  readonly rowShape: RowShape;
}

/** A stage as a list of tensor operations, for runtimes that do not read ONNX files. Both are paths inside the bundle. */
export interface BundleStageProgram {
  /** JSON file, a `StageProgram`. */
  readonly steps: string;
  /** safetensors file with the program's own weights, in the layouts that its steps want. */
  readonly weights: string;
}

export interface BundleStage {
  readonly name: string;
  /** Path inside the bundle of the stage's ONNX model: segment and head in one graph. */
  readonly model: string;
  /** The same stage as a program; left out where the bundle was made without. */
  readonly program?: BundleStageProgram;
  /** Feature inputs in order: the network's input for its first stage, else the tensors of the cut before. */
  readonly inputs: readonly BundleTensor[];
  /**
   * Name of the input that takes `[rows, classes]` logits of the stage before; null without cascade. For the first stage of a network
   * that is the last stage of the network before it.
   */
  readonly previousLogits: string | null;
  /** Tensors of the next cut, in order; empty for the last stage. */
  readonly outputs: readonly BundleTensor[];
  /** Name of the logits output. */
  readonly logits: string;
  readonly segmentMacs: number;
  readonly headMacs: number;
  /** The IC's head, whose values lie in the weights file under `networks.N.stages.M.`; null where the network's own classifier answers. */
  readonly head: HeadSpecification | null;
}

export interface BundleNetwork {
  readonly name: string;
  /** MACs per row of the network without ICs. */
  readonly backboneMacs: number;
  /** `dynamic`, or the one number of rows that the graph accepts. */
  readonly batch: 'dynamic' | number;
  readonly stages: readonly BundleStage[];
}

export interface BundleFile {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface BundleManifest {
  readonly format: 'ztw-bundle';
  readonly version: 1;
  /** `ztw` (cascade and ensemble), `sdn` (neither), or `plain` (a chain without any IC). */
  readonly method: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly preprocessing: Preprocessing | null;
  readonly networks: readonly BundleNetwork[];
  /** safetensors file with the values of all heads; null where there is no IC. */
  readonly weights: string | null;
  readonly ensemble: EnsembleSpecification | null;
  readonly operatingPoints: readonly OperatingPoint[];
  /** Free-form facts on how the bundle was made: versions, seed, recipe, data, hashes of the source networks. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Every other file of the bundle. */
  readonly files: readonly BundleFile[];
}

/**
 * Reads one file of a bundle by its path inside it; from a folder, an archive or the network.
 * The size that the manifest gives is passed too, undefined for the manifest itself, so that a reader can refuse another
 * one before it reads. It need not: the bytes are checked in any case.
 */
export type BundleReader = (path: string, expectedBytes?: number) => Promise<Uint8Array>;
