// The manifest of a bundle. Training writes it and runtimes load it. It is plain JSON and lists all other files with
// their hashes. A bundle with several networks is a chain: each network starts from the same original input.

import type {
  EnsembleSpecification,
  FreeShape,
  InputSpecification,
  InputType,
  OperatingPoint,
  RowShape,
} from '@ztw/core';
import type { HeadSpecification } from '@ztw/heads';

/** Conversion of pixels to the network's input: `(value / 255 - mean) / std`, per channel. */
export interface Preprocessing {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** How images of another size are resized. */
  readonly resize: 'none' | 'stretch' | 'cover' | 'contain';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** One tensor that a stage model reads or returns. */
export interface BundleTensor {
  readonly name: string;
  /** Shape of one row. The length of a free axis is its length in the inputs, or is computed by the stage. */
  readonly rowShape: FreeShape;
  /** Default: float32. */
  readonly type?: InputType;
}

/**
 * A stage as a list of tensor operations, for runtimes that do not read ONNX files. Both fields are paths inside the
 * bundle.
 */
export interface BundleStageProgram {
  /** JSON file, a `TensorProgram`. */
  readonly steps: string;
  /**
   * safetensors file with the program's own weights, in the layouts that its steps expect. Absent for a program that
   * reads the stage's `weights`.
   */
  readonly weights?: string;
}

export interface BundleStage {
  readonly name: string;
  /**
   * safetensors files with the values of the stage, segment and head, which the model and the program refer to. Each
   * value is stored once. First the stage's own file; then files that several stages share. The values of the head have
   * names that start with `head.`. Absent for a stage whose forms hold their values themselves.
   */
  readonly weights?: readonly string[];
  /**
   * Path inside the bundle of the stage's ONNX model: segment and head in one graph. Large values are external data in
   * `weights`, by paths from the model's folder. Absent if the bundle was made for other runtimes only.
   */
  readonly model?: string;
  /** The same stage as a program; absent if the bundle was made without programs. */
  readonly program?: BundleStageProgram;
  /** Feature inputs in order: the network's inputs for the first stage, else the tensors of the previous cut. */
  readonly inputs: readonly BundleTensor[];
  /**
   * Name of the input for the previous stage's `[rows, classes]` logits; null without cascade. For the first stage of a
   * network, the previous stage is the last one of the network before it.
   */
  readonly previousLogits: string | null;
  /** Tensors of the next cut, in order; empty for the last stage. */
  readonly outputs: readonly BundleTensor[];
  /** Name of the logits output. */
  readonly logits: string;
  readonly segmentMacs: number;
  readonly headMacs: number;
  /**
   * The IC's head. Its values are in the stage's `weights`; in a bundle with a weights file of its own for heads, there
   * under `networks.N.stages.M.`. Null for the network's own classifier.
   */
  readonly head: HeadSpecification | null;
}

export interface BundleNetwork {
  readonly name: string;
  /** MACs per row of the network without ICs. */
  readonly backboneMacs: number;
  /** `dynamic`, or the fixed number of rows that the graph accepts. */
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
  /** 1 for bundles of release 0.1, whose stages have no `weights`. New bundles are written as 2. */
  readonly version: 1 | 2;
  /** `ztw` (cascade and ensemble), `sdn` (neither), or `plain` (a chain without any IC). */
  readonly method: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  /** Shape of one row of the single float32 input; null if the networks take other inputs. */
  readonly inputShape: RowShape | null;
  /**
   * The inputs of every network, unless there is a single dense input; `manifestInputs` reads both forms. The inputs of
   * a first stage are in this order, under their names in its model.
   */
  readonly inputs?: readonly InputSpecification[];
  readonly preprocessing: Preprocessing | null;
  readonly networks: readonly BundleNetwork[];
  /** safetensors file with the values of all heads; null without ICs, and where the stages' `weights` hold them. */
  readonly weights: string | null;
  readonly ensemble: EnsembleSpecification | null;
  readonly operatingPoints: readonly OperatingPoint[];
  /** Free-form facts on how the bundle was made: versions, seed, recipe, data, hashes of the source networks. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Every other file of the bundle, except a signature. */
  readonly files: readonly BundleFile[];
  /** The manifest's own hash: see `manifestHash`. Absent in early bundles. */
  readonly sha256?: string;
}

/**
 * Reads one file of a bundle by its path inside it; from a folder, an archive or the network.
 * The reader also receives the size from the manifest (undefined for the manifest itself), so that it can reject a file
 * of another size before reading it. This is optional, because the bytes are always checked afterwards.
 */
export type BundleReader = (path: string, expectedBytes?: number) => Promise<Uint8Array>;
