import type { ExitPolicy } from '../contract/exit-policy.ts';
import { statelessPolicy } from './stateless-policy.ts';

/** Nothing leaves early: every row takes the last exit's answer at the full cost. */
export function never(): ExitPolicy {
  return statelessPolicy('never()', () => () => false);
}
