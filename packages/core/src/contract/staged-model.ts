// What a runtime must offer so that the core can run a network stage by stage.
// The core owns the loop, the recycled state, the policy and the row bookkeeping; a runtime owns memory and kernels.

import type { RowShape } from './tensor.ts';

/** One stage: a segment of a backbone, and the classifier that answers after it. */
export interface StageDescription {
  /** For people: the cut's tensor name, or `final`. */
  readonly name: string;
  /** Which network of a chain this stage belongs to, from 0. */
  readonly network: number;
  /** True where the stage ends in its network's own classifier, false where it ends in an IC. */
  readonly isFinal: boolean;
  /** True where the stage's head reads the logits of the stage before it (cascade); in a chain also across the border of two networks. */
  readonly usesPreviousLogits: boolean;
  /** MACs (conv + matmul) of this stage's segment, per row. */
  readonly segmentMacs: number;
  /** MACs of this stage's head, per row; 0 for a network's own classifier, which its segment counts. */
  readonly headMacs: number;
}

/** Dense rows on the host. `data.length === rows * product(inputShape)`. */
export interface InputBatch {
  readonly data: Float32Array;
  readonly rows: number;
}

/** What one stage returns for the rows that it was given, in their order. */
export interface StageOutput<Features> {
  /** Features for the next stage, in the runtime's own memory; null after the last stage. */
  readonly features: Features | null;
  /** `[rows, classes]`, on the host, owned by the caller. */
  readonly logits: Float32Array;
}

export interface StagedModelSupport {
  /** Whether several runs may be under way at once. */
  readonly parallelRuns: boolean;
  /** Where feature tensors live. */
  readonly featureMemory: 'host' | 'device';
  /** Whether rows of several runs can be joined: the model has `concatRows`. Default: false. */
  readonly concatRows?: boolean;
}

/**
 * A network, or a chain of networks, that runs one stage at a time.
 * `Features` is opaque to the core: it never crosses to the host for a decision.
 */
export interface StagedModel<Features = unknown> {
  readonly specificationVersion: 'v1';
  readonly name: string;
  readonly supports: StagedModelSupport;
  readonly classes: number;
  /** One name per class, or null where the model carries none. */
  readonly labels: readonly string[] | null;
  readonly inputShape: RowShape;
  readonly stages: readonly StageDescription[];
  /** MACs per row of the full network without any IC: the 100 % of every budget. For a chain: its last network's. */
  readonly backboneMacs: number;

  /**
   * Takes input rows over into the runtime's memory. At least one row.
   * @throws InvalidInputError for a wrong length or a value that is not finite.
   */
  load(input: InputBatch): Promise<Features>;

  /**
   * Runs one stage. Consumes `features`: the runtime frees or reuses them, also when it throws.
   * Never called with zero rows.
   * @param previousLogits `[rows, classes]` of the stage before, or null where the stage does not use them.
   */
  runStage(stageIndex: number, features: Features, previousLogits: Float32Array | null): Promise<StageOutput<Features>>;

  /**
   * Keeps only the named rows, in the given (ascending) order. Consumes `features`.
   * @param kept Positions among the current rows; at least one.
   */
  keepRows(features: Features, kept: Int32Array): Promise<Features>;

  /**
   * Joins the rows of several runs that go into the same stage, in the given order. Consumes every part, also when it throws.
   * Called only where `supports.concatRows` promises it.
   * @param parts At least one.
   */
  concatRows?(parts: readonly Features[]): Promise<Features>;

  /** Frees features that will not be run further. */
  release(features: Features): void;

  /** Frees the model. A second call does nothing; any other call afterwards throws DisposedError. */
  [Symbol.asyncDispose](): Promise<void>;
}
