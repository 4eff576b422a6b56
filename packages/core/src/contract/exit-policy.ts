// When a row may leave. A policy is a value made by a factory: a pure pair of functions over a state that is returned.

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
  /** One per row: 1 = leaves here, 0 = goes on. At the last exit every row leaves, whatever it says. */
  readonly exits: Uint8Array;
}

export interface ExitPolicy<State = unknown> {
  readonly specificationVersion: 'v1';
  /** For reports, with its values: `confidenceThreshold(0.9)`. */
  readonly name: string;
  init(rows: number): State;
  update(state: State, input: ExitPolicyInput): ExitPolicyUpdate<State>;
  /** State of the rows that stay, by position among the current rows. */
  keepRows(state: State, kept: Int32Array): State;
}
