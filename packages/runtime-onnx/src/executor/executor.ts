import type { Classification, DescribedNetwork, InputBatch, InputSpecification, PerExit } from '@ztw/core';

/**
 * How a network with exits is run. All give the same results.
 * - `staged`: one session per stage; the exits are decided on the host.
 * - `nested-if`: one session for the whole; one row after the other.
 * - `batch-if`: one session for the whole; rows run together, and those that have left are not run further.
 */
export type ExecutorKind = 'staged' | 'nested-if' | 'batch-if';

export interface ExecuteOptions {
  /**
   * A row leaves at the first exit where the probability of its most probable class is strictly greater, 0 to 1: one value
   * for all exits, or one per exit; the last exit's, where every row leaves, may be left out.
   */
  readonly threshold: PerExit;
  /** Stops the run between two stages or, in one file, between two batches. */
  readonly signal?: AbortSignal;
}

/** A network with exits that is ready to run. */
export interface Executor {
  readonly kind: ExecutorKind;
  readonly network: DescribedNetwork;
  readonly inputs: readonly InputSpecification[];
  /**
   * Classifies rows, each only as deep as it needs.
   * @param input Rows of all inputs; no rows give no results.
   * @returns one result per row, in the order of the input, and a summary.
   * @throws InvalidInputError for an input or threshold that does not fit; RuntimeFailureError where ONNX Runtime fails or
   *   a prediction is NaN; AbortedError where `signal` fires; DisposedError.
   */
  classify(input: InputBatch, options: ExecuteOptions): Promise<Classification>;
  /** Frees the sessions. */
  [Symbol.asyncDispose](): Promise<void>;
}
