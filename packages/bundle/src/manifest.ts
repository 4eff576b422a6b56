// The manifest of a bundle, which training makes and runtimes load. It is plain JSON and names all other files with
// their hashes.
// A bundle with several networks is a chain: each network starts from the same original input.

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
  /** Shape of one row. A free axis has the length that it has in the inputs, or one that the stage makes of it. */
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
  /** safetensors file with the program's own weights, in the layouts that its steps want. */
  readonly weights: string;
}

export interface BundleStage {
  readonly name: string;
  /** Path inside the bundle of the stage's ONNX model: segment and head in one graph. */
  readonly model: string;
  /** The same stage as a program; left out where the bundle was made without. */
  readonly program?: BundleStageProgram;
  /** Feature inputs in order: the network's inputs for its first stage, else the tensors of the cut before. */
  readonly inputs: readonly BundleTensor[];
  /**
   * Name of the input that takes `[rows, classes]` logits of the stage before; null without cascade. For the first
   * stage of a network that is the last stage of the network before it.
   */
  readonly previousLogits: string | null;
  /** Tensors of the next cut, in order; empty for the last stage. */
  readonly outputs: readonly BundleTensor[];
  /** Name of the logits output. */
  readonly logits: string;
  readonly segmentMacs: number;
  readonly headMacs: number;
  /**
   * The IC's head, whose values lie in the weights file under `networks.N.stages.M.`; null where the network's own
   * classifier answers.
   */
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
  /** Shape of one row of the single float32 input; null where the networks take other inputs. */
  readonly inputShape: RowShape | null;
  /**
   * What every network takes, where that is more than one dense input; `manifestInputs` reads both forms. The tensors
   * of a first stage stand in this order, under the names that they have in its model.
   */
  readonly inputs?: readonly InputSpecification[];
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
 * The reader also receives the size from the manifest (undefined for the manifest itself), so that it can reject a file
 * of another size before reading. This is optional, because the bytes are always checked afterwards.
 */
export type BundleReader = (path: string, expectedBytes?: number) => Promise<Uint8Array>;
