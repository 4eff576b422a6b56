// The fit of one exit with a prior around an anchor, a combination known to be good. With fewer rows the fit stays
// nearer to the anchor. The spread of the prior has the same meaning for every number of rows.

import type { EnsembleSpecification } from '@ztw/core';
import type { FitRows } from '../fit-rows.ts';
import type { MinimiserOptions } from '../objective.ts';
import { fitGeometric } from './held-geometric.ts';
import { fitMixture } from './held-mixture.ts';
import type { AnchoredFit, Hold } from './hold.ts';
import type { MemberShares } from './member-shares.ts';

/**
 * Fits the ensemble of the exits `0..anchor.length - 1`.
 * @param anchor Shares at the centre of the prior.
 * @param start Start of the search. It changes the result by no more than the tolerance.
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
