import { cumulativeCosts } from '../costs/exit-costs.ts';

/**
 * What it costs a row to leave at each exit: `cost_m = sum_{j<=m} (segmentMacs_j + headMacs_j)`.
 * In a chain the sum runs over all networks before, because the row has been through them.
 * @returns MACs per row, one per exit, ascending.
 */
export function exitCosts({
  stages,
}: {
  readonly stages: readonly { readonly segmentMacs: number; readonly headMacs: number }[];
}): readonly number[] {
  return cumulativeCosts(
    stages.map((stage) => stage.segmentMacs),
    stages.map((stage) => stage.headMacs),
  );
}
