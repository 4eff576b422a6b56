// When a row may leave. A factory makes a policy: a pair of pure functions over a state that is returned.

export interface ExitPolicyInput {
  /** Global index of the exit (over all networks of a chain). */
  readonly exitIndex: number;
  readonly exitCount: number;
  readonly rows: number;
  readonly classes: number;
  /** `[rows, classes]`, each row sums to 1: the ensembled prediction at this exit. */
  readonly probabilities: Float32Array;
}

export interface ExitPolicyUpdate<State> {
  readonly state: State;
  /** One per row: 1 = leaves here, 0 = goes on. At the last exit every row leaves, whatever the policy says. */
  readonly exits: Uint8Array;
}

export interface ExitPolicy<State = unknown> {
  readonly specificationVersion: 'v1';
  /** For reports, with its values: `confidenceThreshold(0.9)`. */
  readonly name: string;
  /** The policy as data, from which `policyFromSpecification` makes it again; absent if the policy cannot be stored. */
  readonly specification?: PolicySpecification;
  init(rows: number): State;
  update(state: State, input: ExitPolicyInput): ExitPolicyUpdate<State>;
  /** State of the rows that stay, by position among the current rows. */
  keepRows(state: State, kept: Int32Array): State;
}

/** How a score is compared with its limit for a row to leave. */
export type Comparison = '>' | '>=' | '<' | '<=';

/** A policy as JSON-safe data: what a bundle stores. */
export type PolicySpecification = LimitSpecification | CombinedSpecification | NeverSpecification;

/** A row leaves at the first exit whose score passes the limit. */
export interface LimitSpecification {
  /** What is scored: a key of `policyKinds`, such as `confidence`. */
  readonly kind: string;
  /**
   * In the kind's unit: one for all exits, or one per exit. The last exit's limit may be omitted, because every row
   * leaves there.
   */
  readonly limit: number | readonly number[];
  /** Absent if it is the kind's default, which is strict. */
  readonly comparison?: Comparison;
}

/** A row leaves at the first exit where any member releases it, or where all members do. */
export interface CombinedSpecification {
  readonly kind: 'anyOf' | 'allOf';
  /** At least one. */
  readonly policies: readonly PolicySpecification[];
}

/** No row leaves before the last exit. */
export interface NeverSpecification {
  readonly kind: 'never';
}
