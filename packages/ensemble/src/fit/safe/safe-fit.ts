// A fit that is worse than plain exits only by chance. Few rows move it little from a combination with one parameter.
// Held-out rows decide how far it may move; if they do not favour it, the exits answer alone.

import type { FitRows } from '../fit-rows.ts';
import type { MinimiserOptions } from '../objective.ts';
import { fitCandidate } from './candidates.ts';
import { type ChoiceOptions, chooseCandidate, type SafeFitReport } from './choose-candidate.ts';
import type { AnchoredFit } from './hold.ts';

export interface SafeFit {
  /** One per exit; null if it answers alone. */
  readonly exits: readonly (AnchoredFit | null)[];
  readonly report: SafeFitReport;
}

export interface SafeFitOptions extends ChoiceOptions, MinimiserOptions {}

/** Fits the ensembles of all exits: chooses on some of the rows, fits on all rows. */
export function safeFit(data: FitRows, options: SafeFitOptions): SafeFit {
  const { kind, maxIterations, tolerance } = options;
  const { report, alone } = chooseCandidate(data, options);
  const { candidate } = report;
  const exits = Array.from({ length: data.exits }, (_, exit) => {
    if (candidate === null || alone[exit]) return null;
    return fitCandidate(kind, data, candidate, exit + 1, { maxIterations, tolerance });
  });
  return { exits, report };
}
