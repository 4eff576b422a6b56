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
 * How a network with exits runs. All kinds give the same results.
 * - `staged`: one session per stage; the host decides the exits.
 * - `nested-if`: one session for the whole network; one row at a time.
 * - `batch-if`: one session for the whole network; rows run together, and rows that have left do not run further.
 */
export type ExecutorKind = 'staged' | 'nested-if' | 'batch-if';

export type ExecuteOptions = {
  /** Stops the run between two stages or, in one file, between two batches. */
  readonly signal?: AbortSignal;
} & (
  | {
      /**
       * When rows leave. `staged` takes any policy; a single file takes limits of the kind of policy that it was made
       * for.
       */
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
   * Classifies rows. Each row runs only as many stages as it needs.
   * @param input Rows of all inputs. No rows give no results.
   * @returns one result per row, in the order of the input, and a summary.
   * @throws InvalidInputError for an input or policy that does not fit; UnsupportedPolicyError for a policy that the
   *   file does not hold.
   * @throws RuntimeFailureError where ONNX Runtime fails or a prediction is NaN.
   * @throws AbortedError where `signal` fires; DisposedError after a dispose.
   */
  classify(input: InputBatch, options: ExecuteOptions): Promise<Classification>;
  /** Frees the sessions. */
  [Symbol.asyncDispose](): Promise<void>;
}
