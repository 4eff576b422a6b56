// Stored predictions of all exits on the same rows. Every measure in this folder reads them.
// Models or ensembles elsewhere make them; nothing here runs a network.

import type { ExitCosts } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { argMax } from '../numeric/arg-max.ts';
import { takeRows } from '../numeric/rows.ts';
import { float32Softmax } from './float32-softmax.ts';

export interface ExitPredictions {
  readonly rows: number;
  readonly classes: number;
  /** `[rows]`: the correct class of each row. */
  readonly labels: Int32Array;
  /** MACs per row of leaving at each exit, including all heads before it; never decreases from one exit to the next. */
  readonly exitMacs: readonly number[];
  /** One array per exit: `[rows, classes]`, each row sums to 1. */
  readonly probabilities: readonly Float32Array[];
  /** One array per exit: `[rows]`, the largest probability. */
  readonly confidences: readonly Float32Array[];
  /** One array per exit: `[rows]`, the most probable class; the lowest index if several are equal. */
  readonly answers: readonly Int32Array[];
}

export interface PredictionsFromLogitsOptions {
  /**
   * One array per exit, `[rows, classes]`: logits, or log-probabilities (whose softmax is the probabilities
   * themselves).
   */
  readonly logits: readonly Float32Array[];
  /** `[rows]` */
  readonly labels: Int32Array;
  readonly classes: number;
  /** MACs per row of leaving at each exit. */
  readonly exitMacs: readonly number[];
}

/**
 * Turns stored logits into predictions: `softmax(z)` in float32.
 * @throws InvalidInputError for lengths that do not fit, a label that is not a class, costs that decrease, or logits
 *   that are not finite.
 */
export function predictionsFromLogits(options: PredictionsFromLogitsOptions): ExitPredictions {
  const { logits, labels, classes, exitMacs } = options;
  checkLabels(labels, classes);
  checkExitMacs(exitMacs, logits.length);
  const rows = labels.length;
  const exits = logits.map((values, exitIndex) => {
    if (values.length !== rows * classes) {
      throw new InvalidInputError(
        `Expected ${rows} rows x ${classes} classes = ${rows * classes} logits of exit ${exitIndex}; received ${values.length}.`,
        { expected: rows * classes, received: values.length, path: `exit ${exitIndex}` },
      );
    }
    return predict(values, rows, classes, exitIndex);
  });
  return {
    rows,
    classes,
    labels,
    exitMacs,
    probabilities: exits.map((exit) => exit.probabilities),
    confidences: exits.map((exit) => exit.confidences),
    answers: exits.map((exit) => exit.answers),
  };
}

/**
 * Costs of leaving at each exit in MACs.
 * @param backboneMacs MACs per row of the full network without any IC: the 100 % of every budget.
 */
export function costsInMacs({ exitMacs }: Pick<ExitPredictions, 'exitMacs'>, backboneMacs: number): ExitCosts {
  return { unit: 'macs', perExit: exitMacs, whole: backboneMacs };
}

/**
 * Predictions of some rows only, in the order given.
 * @param selected Row numbers, each at most once; at least one.
 * @throws InvalidInputError for an empty or too long selection, or a row that does not exist.
 */
export function selectPredictions(predictions: ExitPredictions, selected: Int32Array): ExitPredictions {
  const { rows, classes } = predictions;
  if (selected.length === 0 || selected.length > rows) {
    throw new InvalidInputError(
      `Expected 1 to ${rows} selected rows, each at most once; received ${selected.length}.`,
      {
        expected: `1 to ${rows}`,
        received: selected.length,
      },
    );
  }
  for (const row of selected) {
    if (row < 0 || row >= rows) {
      throw new InvalidInputError(`Expected selected rows from 0 to ${rows - 1}; received ${row}.`, {
        expected: `0 to ${rows - 1}`,
        received: row,
      });
    }
  }
  return {
    rows: selected.length,
    classes,
    labels: takeRows(predictions.labels, 1, selected),
    exitMacs: predictions.exitMacs,
    probabilities: predictions.probabilities.map((values) => takeRows(values, classes, selected)),
    confidences: predictions.confidences.map((values) => takeRows(values, 1, selected)),
    answers: predictions.answers.map((values) => takeRows(values, 1, selected)),
  };
}

interface OneExit {
  readonly probabilities: Float32Array;
  readonly confidences: Float32Array;
  readonly answers: Int32Array;
}

// The maximum is taken over the rounded probabilities, as in a float32 runtime: rounding can make two of them equal.
function predict(logits: Float32Array, rows: number, classes: number, exitIndex: number): OneExit {
  const probabilities = float32Softmax(logits, classes);
  const confidences = new Float32Array(rows);
  const answers = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const answer = argMax(probabilities, row * classes, classes);
    const confidence = probabilities[row * classes + answer] as number;
    if (!(confidence > 0)) {
      throw new InvalidInputError(
        `Expected finite logits of row ${row} at exit ${exitIndex}; received NaN or infinity. Check the inputs and the weights.`,
        { expected: 'finite logits', path: `exit ${exitIndex}, row ${row}` },
      );
    }
    confidences[row] = confidence;
    answers[row] = answer;
  }
  return { probabilities, confidences, answers };
}

function checkLabels(labels: Int32Array, classes: number): void {
  if (labels.length === 0) {
    throw new InvalidInputError('Expected at least one label; received none. There is no row to evaluate.', {
      expected: 'at least one label',
      received: 0,
    });
  }
  const row = labels.findIndex((label) => label < 0 || label >= classes);
  if (row >= 0) {
    throw new InvalidInputError(
      `Expected a label from 0 to ${classes - 1} for row ${row}; received ${labels[row]}. Check that the data and the model have the same classes.`,
      { expected: `0 to ${classes - 1}`, received: labels[row], path: `row ${row}` },
    );
  }
}

function checkExitMacs(exitMacs: readonly number[], exitCount: number): void {
  if (exitCount === 0 || exitMacs.length !== exitCount) {
    throw new InvalidInputError(
      `Expected one cost per exit, and at least one exit; received logits of ${exitCount} exits and ${exitMacs.length} costs.`,
      { expected: exitCount, received: exitMacs.length, path: 'exitMacs' },
    );
  }
  exitMacs.forEach((macs, exitIndex) => {
    const before = exitMacs[exitIndex - 1] ?? 0;
    if (!Number.isFinite(macs) || macs < before) {
      throw new InvalidInputError(
        `Expected finite costs that never decrease; received ${macs} MACs at exit ${exitIndex} after ${before}.`,
        { expected: `at least ${before}`, received: macs, path: `exit ${exitIndex}` },
      );
    }
  });
}
