// The fit of one exit that is held to a point where it is known to be good, by a prior: the fewer the rows, the nearer it
// stays. Its spread has the same meaning for every number of rows.

import type { EnsembleSpecification } from '@ztw/core';
import type { FitRows } from '../fit-rows.ts';
import type { MinimiserOptions } from '../objective.ts';
import { fitGeometric } from './held-geometric.ts';
import { fitMixture } from './held-mixture.ts';
import type { AnchoredFit, Hold } from './hold.ts';
import type { MemberShares } from './member-shares.ts';

/**
 * Fits the ensemble of the exits `0..anchor.length - 1`.
 * @param anchor Shares to which the fit is held.
 * @param start Where the search begins. It does not change the result beyond the tolerance.
 */
export function fitAnchored(
  kind: EnsembleSpecification['kind'],
  data: FitRows,
  anchor: Float64Array,
  hold: Hold,
  start: MemberShares,
  options: MinimiserOptions,
): AnchoredFit {
  switch (kind) {
    case 'geometric':
      return fitGeometric(data, anchor, hold, start, options);
    case 'arithmetic':
      return fitMixture(data, anchor, hold, start, options);
  }
}
