import type { Ensemble } from '../contract/ensemble.ts';
import type { ExitPolicy } from '../contract/exit-policy.ts';

/** How a row's way ends: what its predictions become, when it may leave, and what it answers if it never does. */
export interface ExitMethod {
  readonly policy: ExitPolicy;
  readonly ensemble: Ensemble;
  /** Answer of a row that no exit lets go, the last included: the last prediction, or the most confident one on its way. */
  readonly fallback: 'last' | 'most-confident';
}
