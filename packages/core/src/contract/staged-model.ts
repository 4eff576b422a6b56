// What a runtime must offer so that the core can run a network stage by stage.
// The core owns the loop, the recycled state, the policy and the row bookkeeping; a runtime owns memory and kernels.

import type { InputBatch, InputSpecification, InputType } from './input.ts';

/** One stage: a segment of a backbone, and the classifier that answers after it. */
export interface StageDescription {
  /** Name for messages and reports: the cut's tensor name, or `final`. */
  readonly name: string;
  /** Which network of a chain this stage belongs to, from 0. */
  readonly network: number;
  /** True if the stage ends in its network's own classifier, false if it ends in an IC. */
  readonly isFinal: boolean;
  /**
   * True if the stage's head reads the logits of the stage before it (cascade); in a chain also from one network to the
   * next.
   */
  readonly usesPreviousLogits: boolean;
  /** MACs (conv + matmul) of this stage's segment, per row. */
  readonly segmentMacs: number;
  /** MACs of this stage's head, per row; 0 for a network's own classifier, which its segment counts. */
  readonly headMacs: number;
}

/** What one stage returns for the rows that it was given, in their order. */
export interface StageOutput<Features> {
  /** Features for the next stage, in the runtime's own memory; null after the last stage. */
  readonly features: Features | null;
  /** `[rows, classes]`, on the host, owned by the caller. */
  readonly logits: Float32Array;
}

export interface StagedModelSupport {
  /** Whether several runs may be in progress at once. */
  readonly parallelRuns: boolean;
  /** Where feature tensors live. */
  readonly featureMemory: 'host' | 'device';
  /** Whether rows of several runs can be joined, that is, the model has `concatRows`. Default: false. */
  readonly concatRows?: boolean;
  /** Element types that the runtime accepts as inputs. Default: float32 only. */
  readonly inputTypes?: readonly InputType[];
}

/**
 * A network, or a chain of networks, that runs one stage at a time.
 * `Features` is opaque to the core: it never crosses to the host for a decision.
 */
export interface StagedModel<Features = unknown> {
  readonly specificationVersion: 'v2';
  readonly name: string;
  readonly supports: StagedModelSupport;
  readonly classes: number;
  /** One name per class; null if the model has none. */
  readonly labels: readonly string[] | null;
  /**
   * The inputs of the network, at least one. A single float32 input of a fixed shape can be passed as `{ data, rows }`.
   */
  readonly inputs: readonly InputSpecification[];
  readonly stages: readonly StageDescription[];
  /** MACs per row of the full network without any IC: the 100 % of every budget. For a chain: its last network's. */
  readonly backboneMacs: number;

  /**
   * Copies input rows, at least one, into the runtime's memory. The caller may reuse its own memory afterwards.
   * @throws InvalidInputError for inputs that are missing, unknown, or of another type, shape or length, and for a
   *   value that is not finite.
   */
  load(input: InputBatch): Promise<Features>;

  /**
   * Runs one stage. Consumes `features`: the runtime frees or reuses them, also when it throws.
   * Never called with zero rows.
   * @param previousLogits `[rows, classes]` of the stage before; null if the stage does not use them.
   */
  runStage(stageIndex: number, features: Features, previousLogits: Float32Array | null): Promise<StageOutput<Features>>;

  /**
   * Keeps only the named rows, in the given (ascending) order. Consumes `features`.
   * @param kept Positions among the current rows; at least one.
   */
  keepRows(features: Features, kept: Int32Array): Promise<Features>;

  /**
   * Joins the rows of several runs that enter the same stage, in the given order. Consumes every part, also when it
   * throws.
   * The rows of all parts have the same lengths of free axes.
   * Called only if `supports.concatRows` is true.
   * @param parts At least one.
   */
  concatRows?(parts: readonly Features[]): Promise<Features>;

  /** Frees features that will not be run further. Does nothing if they were already consumed or released. */
  release(features: Features): void;

  /**
   * Frees the model. A second call does nothing. Afterwards every other method except `release` throws DisposedError.
   */
  [Symbol.asyncDispose](): Promise<void>;
}
