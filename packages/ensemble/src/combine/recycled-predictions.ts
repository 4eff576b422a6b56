// The state of an ensemble: one array per exit so far, because every exit weighs all earlier ones anew.

import { InvalidInputError } from '@ztw/core';
import { takeRows } from '@ztw/core/runtime';

/** What an ensemble remembers of the rows that are still under way. Never changed in place. */
export interface RecycledPredictions {
  readonly rows: number;
  readonly classes: number;
  /** One per exit so far: `[rows, classes]`, in the form that the kind of ensemble adds up. */
  readonly exits: readonly Float32Array[];
}

/** State before the first exit. */
export function noPredictions(rows: number, classes: number): RecycledPredictions {
  return { rows, classes, exits: [] };
}

/** State with one more exit, whose array it keeps. */
export function withPrediction(state: RecycledPredictions, prediction: Float32Array): RecycledPredictions {
  return { rows: state.rows, classes: state.classes, exits: [...state.exits, prediction] };
}

/** State of the rows that stay. */
export function keepPredictions(state: RecycledPredictions, kept: Int32Array): RecycledPredictions {
  const { classes } = state;
  return { rows: kept.length, classes, exits: state.exits.map((exit) => takeRows(exit, classes, kept)) };
}

/**
 * Checks that logits are those of the next exit.
 * @throws InvalidInputError where exits come out of order, or the logits have another length.
 */
export function requireNextExit(state: RecycledPredictions, exitIndex: number, logits: Float32Array): void {
  if (exitIndex !== state.exits.length) {
    throw new InvalidInputError(
      `An ensemble takes every exit in order: expected exit ${state.exits.length}, received exit ${exitIndex}.`,
    );
  }
  if (logits.length !== state.rows * state.classes) {
    throw new InvalidInputError(
      `Expected ${state.rows} x ${state.classes} logits of exit ${exitIndex}, received ${logits.length} values.`,
    );
  }
}
