// A fit that is never worse than plain exits by more than chance: few rows move it little away from a combination that one number
// describes, held-out rows say how far it may go, and where they do not speak for it the exits answer alone.

import type { FitRows } from '../fit-rows.ts';
import type { MinimiserOptions } from '../objective.ts';
import { fitCandidate } from './candidates.ts';
import { type ChoiceOptions, chooseCandidate, type SafeFitReport } from './choose-candidate.ts';
import type { AnchoredFit } from './hold.ts';

export interface SafeFit {
  /** One per exit; null where it answers alone. */
  readonly exits: readonly (AnchoredFit | null)[];
  readonly report: SafeFitReport;
}

export interface SafeFitOptions extends ChoiceOptions, MinimiserOptions {}

/** Fits the ensembles of all exits: the choice on some of the rows, the fit on all. */
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
