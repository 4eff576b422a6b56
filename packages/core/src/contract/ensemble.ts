// How predictions of several exits become one. A pure pair of functions over a state that is returned, never kept.

/** Combines the exits seen so far, row by row, as logits arrive. */
export interface Ensemble<State = unknown> {
  readonly specificationVersion: 'v1';
  readonly name: string;
  /** State for `rows` rows before the first exit. */
  init(rows: number, classes: number): State;
  /**
   * Adds the logits of one exit.
   * @param exitIndex Global index of the exit (over all networks of a chain).
   * @param logits `[rows, classes]` of that exit.
   * @returns the new state and the combined log-probabilities `[rows, classes]`, normalised per row.
   */
  update(state: State, exitIndex: number, logits: Float32Array): EnsembleUpdate<State>;
  /** State of the rows that stay, by position among the current rows. */
  keepRows(state: State, kept: Int32Array): State;
}

export interface EnsembleUpdate<State> {
  readonly state: State;
  readonly logProbabilities: Float32Array;
}

/** Learned values of the combination at one exit. */
export interface EnsembleExit {
  /** `w_{m,j}` before the exponential, one for each exit `j <= m`. */
  readonly weights: readonly number[];
  /** `b_m`, one per class. */
  readonly bias: readonly number[];
}

/** A learned ensemble as plain, JSON-safe data. `null` at an exit: that exit answers with its own softmax. */
export interface EnsembleSpecification {
  readonly specificationVersion: 'v1';
  readonly kind: 'geometric' | 'arithmetic';
  readonly classes: number;
  readonly exits: readonly (EnsembleExit | null)[];
}
