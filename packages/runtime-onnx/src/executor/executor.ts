import {
  type Classification,
  confidenceThreshold,
  type ExitPolicy,
  type InputBatch,
  type InputSpecification,
  type PerExit,
} from '@ztw/core';
import type { DescribedNetwork } from '@ztw/core/runtime';

/**
 * How a network with exits is run. All give the same results.
 * - `staged`: one session per stage; the exits are decided on the host.
 * - `nested-if`: one session for the whole; one row after the other.
 * - `batch-if`: one session for the whole; rows run together, and those that have left are not run further.
 */
export type ExecutorKind = 'staged' | 'nested-if' | 'batch-if';

export type ExecuteOptions = {
  /** Stops the run between two stages or, in one file, between two batches. */
  readonly signal?: AbortSignal;
} & (
  | {
      /** When rows leave: any policy where stages are run one by one, a limit of the executor's own kind of policy in one file. */
      readonly policy: ExitPolicy;
    }
  | {
      /** Short for the policy `confidenceThreshold(threshold)`. */
      readonly threshold: PerExit;
    }
);

export function policyToExecute(options: ExecuteOptions): ExitPolicy {
  return 'policy' in options ? options.policy : confidenceThreshold(options.threshold);
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
   * @throws InvalidInputError for an input or policy that does not fit; UnsupportedPolicyError for a policy that one file does not know; RuntimeFailureError where ONNX Runtime fails or
   *   a prediction is NaN; AbortedError where `signal` fires; DisposedError.
   */
  classify(input: InputBatch, options: ExecuteOptions): Promise<Classification>;
  /** Frees the sessions. */
  [Symbol.asyncDispose](): Promise<void>;
}
