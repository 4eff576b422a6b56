import type { BundleNetwork } from '@ztw/bundle';

/** MACs per row of leaving at each exit of a chain, all segments and heads before it counted. */
export function networkExitCosts(networks: readonly BundleNetwork[]): readonly number[] {
  let macs = 0;
  return networks.flatMap((network) =>
    network.stages.map((stage) => {
      macs += stage.segmentMacs + stage.headMacs;
      return macs;
    }),
  );
}
