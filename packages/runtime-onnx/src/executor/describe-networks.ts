import { type BundleManifest, describeStage } from '@ztw/bundle';
import type { DescribedNetwork } from '@ztw/core/runtime';

/** Describes the networks of a bundle as one network, as the bundle's staged model describes itself. */
export function describeNetworks({ classes, labels, networks }: BundleManifest): DescribedNetwork {
  const isChain = networks.length > 1;
  return {
    classes,
    labels,
    backboneMacs: networks.at(-1)?.backboneMacs ?? 0,
    stages: networks.flatMap((network, index) =>
      network.stages.map((stage) => {
        const name = isChain ? `${network.name}/${stage.name}` : stage.name;
        return { ...describeStage(stage), name, network: index };
      }),
    ),
  };
}
