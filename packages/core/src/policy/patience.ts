import type { ExitPolicy } from '../contract/exit-policy.ts';
import { argMax } from '../numeric/arg-max.ts';
import { takeRows } from '../numeric/rows.ts';
import type { PerExit } from './per-exit.ts';
import { type PolicyKind, policyOfKind } from './policy-kind.ts';

interface Streaks {
  /** Class that the previous exit predicted for each row; -1 before the first exit. `[rows]` */
  readonly lastLabels: Int32Array;
  /** Number of consecutive exits that predicted it. `[rows]` */
  readonly streaks: Int32Array;
}

/** Scores how many consecutive exits, this one included, have predicted the same class. */
export const patienceKind: PolicyKind<Streaks> = {
  kind: 'patience',
  factory: 'patience',
  score: {
    init: (rows) => ({ lastLabels: new Int32Array(rows).fill(-1), streaks: new Int32Array(rows) }),
    update: (state, { rows, classes, probabilities }) => {
      const lastLabels = new Int32Array(rows);
      const streaks = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        const label = argMax(probabilities, row * classes, classes);
        lastLabels[row] = label;
        streaks[row] = label === state.lastLabels[row] ? (state.streaks[row] as number) + 1 : 1;
      }
      return { state: { lastLabels, streaks }, scores: streaks };
    },
    keepRows: ({ lastLabels, streaks }, kept) => ({
      lastLabels: takeRows(lastLabels, 1, kept),
      streaks: takeRows(streaks, 1, kept),
    }),
  },
  comparisons: ['>'],
  limits: { name: 'patience', minimum: 0, maximum: Number.POSITIVE_INFINITY, isWhole: true },
  settings: ({ exitCount }) => Array.from({ length: exitCount }, (_, exits) => exits),
  graphScore: null,
};

/**
 * A row leaves when enough consecutive exits have predicted the same class: `streak > exits`, strictly.
 * The streak is 1 at the first exit, grows by 1 if the most probable class stays the same, and falls back to 1 if it
 * changes.
 * So with `patience(0)` every row leaves at the first exit, and with `patience(exitCount)` no row leaves early.
 * A row that no exit releases takes the last exit's answer, unless the loop has another fallback.
 * @param exits A whole number, 0 or more: one for all exits, or one per exit.
 * @throws InvalidInputError for any other number; at the first exit, for a list of the wrong length.
 * Source: PABEE (Zhou et al., 2020), section 3.2.
 */
export function patience(exits: PerExit): ExitPolicy {
  return policyOfKind(patienceKind, exits);
}
