// The state of an ensemble: one array per exit so far, because every exit has its own weights for all earlier exits.

import { InvalidInputError } from '@ztw/core';
import { takeRows } from '@ztw/core/runtime';

/** Predictions so far of the rows that have not left. Never changed in place. */
export interface RecycledPredictions {
  readonly rows: number;
  readonly classes: number;
  /** One per exit so far: `[rows, classes]`, in the form that the kind of ensemble sums. */
  readonly exits: readonly Float32Array[];
}

/** The state before the first exit. */
export function noPredictions(rows: number, classes: number): RecycledPredictions {
  return { rows, classes, exits: [] };
}

/** The state with one more exit. It keeps the array without a copy. */
export function withPrediction(state: RecycledPredictions, prediction: Float32Array): RecycledPredictions {
  return { rows: state.rows, classes: state.classes, exits: [...state.exits, prediction] };
}

/** The state of the remaining rows. */
export function keepPredictions(state: RecycledPredictions, kept: Int32Array): RecycledPredictions {
  const { classes } = state;
  return { rows: kept.length, classes, exits: state.exits.map((exit) => takeRows(exit, classes, kept)) };
}

/**
 * Checks that logits belong to the next exit.
 * @throws InvalidInputError if exits are out of order, or the logits have the wrong length.
 */
export function requireNextExit(state: RecycledPredictions, exitIndex: number, logits: Float32Array): void {
  if (exitIndex !== state.exits.length) {
    throw new InvalidInputError(
      `An ensemble reads all exits in order: expected exit ${state.exits.length}, received exit ${exitIndex}.`,
      { expected: state.exits.length, received: exitIndex, path: 'exitIndex' },
    );
  }
  if (logits.length !== state.rows * state.classes) {
    throw new InvalidInputError(
      `Expected ${state.rows} x ${state.classes} logits of exit ${exitIndex}; received ${logits.length} values.`,
      { expected: [state.rows, state.classes], received: logits.length, path: 'logits' },
    );
  }
}
