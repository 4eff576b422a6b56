import type { StagedModel } from '../contract/staged-model.ts';

/**
 * What it costs a row to leave at each exit: `cost_m = sum_{j<=m} (segmentMacs_j + headMacs_j)`.
 * In a chain the sum runs over all networks before, because the row has been through them.
 * @returns MACs per row, one per exit, ascending.
 */
export function exitCosts(model: Pick<StagedModel, 'stages'>): readonly number[] {
  let macs = 0;
  return model.stages.map((stage) => {
    macs += stage.segmentMacs + stage.headMacs;
    return macs;
  });
}
