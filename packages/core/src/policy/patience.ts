import type { ExitPolicy } from '../contract/exit-policy.ts';
import { InvalidInputError } from '../errors/errors.ts';
import { argMax } from '../numeric/arg-max.ts';
import { takeRows } from '../numeric/rows.ts';

interface PatienceState {
  /** Class that each row's last exit named, -1 before the first exit. `[rows]` */
  readonly lastLabels: Int32Array;
  /** How many exits in a row named it. `[rows]` */
  readonly streaks: Int32Array;
}

/**
 * Leaves when consecutive exits have named the same class often enough: `streak > exits`, strictly.
 * The streak is 1 at the first exit, grows by 1 where the most probable class stays the same, and falls back to 1 where it changes.
 * So `patience(0)` leaves at the first exit, and `patience(exitCount)` never leaves early.
 * A row that never gets there takes the last exit's answer, unless the loop is told to fall back otherwise.
 * @param exits A whole number, 0 or more.
 * @throws InvalidInputError for any other number.
 * Source: PABEE (Zhou et al., 2020), section 3.2.
 */
export function patience(exits: number): ExitPolicy {
  if (!Number.isInteger(exits) || exits < 0) {
    throw new InvalidInputError(`Expected a patience that is a whole number, 0 or more; received ${exits}.`);
  }
  const policy: ExitPolicy<PatienceState> = {
    specificationVersion: 'v1',
    name: `patience(${exits})`,
    init: (rows) => ({ lastLabels: new Int32Array(rows).fill(-1), streaks: new Int32Array(rows) }),
    update: (state, { rows, classes, probabilities }) => {
      const lastLabels = new Int32Array(rows);
      const streaks = new Int32Array(rows);
      const leaving = new Uint8Array(rows);
      for (let row = 0; row < rows; row++) {
        const label = argMax(probabilities, row * classes, classes);
        const streak = label === state.lastLabels[row] ? (state.streaks[row] as number) + 1 : 1;
        lastLabels[row] = label;
        streaks[row] = streak;
        if (streak > exits) leaving[row] = 1;
      }
      return { state: { lastLabels, streaks }, exits: leaving };
    },
    keepRows: (state, kept) => ({
      lastLabels: takeRows(state.lastLabels, 1, kept),
      streaks: takeRows(state.streaks, 1, kept),
    }),
  };
  return policy;
}
