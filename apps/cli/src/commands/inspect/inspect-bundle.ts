import {
  type BundleManifest,
  manifestInputs,
  openBundle,
  type StoredOperatingPoint,
  storedOperatingPoint,
} from '@ztw/bundle';
import { folderReader } from '@ztw/bundle/node';
import type { InputSpecification } from '@ztw/core';
import { about, exitCosts } from '@ztw/core/runtime';
import { parameterCount } from '@ztw/heads';

/** One exit of a bundle, JSON-safe. */
export interface InspectedExit {
  readonly network: string;
  readonly name: string;
  /** Family of the IC's head; null where the network's own classifier answers. */
  readonly head: string | null;
  readonly cascade: boolean;
  readonly headParameters: number;
  readonly headMacs: number;
  /** MACs per row of all segments and heads up to and including this exit, over all networks. */
  readonly cost: number;
  /** The same as a share of the last network without ICs. */
  readonly share: number;
}

/** What a bundle holds; JSON-safe. */
export interface BundleInspection {
  readonly kind: 'bundle';
  readonly method: string;
  readonly classes: number;
  readonly labels: readonly string[] | null;
  /** Shape of a row of the single dense input; null where the networks take others. */
  readonly inputShape: readonly number[] | null;
  readonly inputs: readonly InputSpecification[];
  readonly preprocessing: BundleManifest['preprocessing'];
  /** MACs per row of the last network without ICs: the 100 % of every budget. */
  readonly macs: number;
  readonly ensemble: 'geometric' | 'arithmetic' | null;
  readonly exits: readonly InspectedExit[];
  readonly operatingPoints: readonly StoredOperatingPoint[];
  readonly provenance: BundleManifest['provenance'];
  readonly bytes: number;
}

/**
 * Opens a bundle, checks every file of it against its hash, and says what it holds.
 * @throws InvalidBundleError
 */
export async function inspectBundle(folder: string): Promise<BundleInspection> {
  return about(folder, async () => {
    const bundle = await openBundle(folderReader(folder));
    const { manifest } = bundle;
    for (const file of manifest.files) await bundle.file(file.path);
    const macs = manifest.networks.at(-1)?.backboneMacs ?? 0;
    return {
      kind: 'bundle',
      method: manifest.method,
      classes: manifest.classes,
      labels: manifest.labels,
      inputShape: manifest.inputShape,
      inputs: manifestInputs(manifest),
      preprocessing: manifest.preprocessing,
      macs,
      ensemble: manifest.ensemble?.kind ?? null,
      exits: inspectExits(manifest, macs),
      operatingPoints: manifest.operatingPoints.map(storedOperatingPoint),
      provenance: manifest.provenance,
      bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    };
  });
}

function inspectExits({ networks }: BundleManifest, macs: number): readonly InspectedExit[] {
  const costs = exitCosts({ stages: networks.flatMap(({ stages }) => stages) });
  return networks
    .flatMap((network) => network.stages.map((stage) => ({ network, stage })))
    .map(({ network, stage }, exit) => ({
      network: network.name,
      name: stage.name,
      head: stage.head?.family ?? null,
      cascade: stage.previousLogits !== null,
      headParameters: stage.head === null ? 0 : parameterCount(stage.head),
      headMacs: stage.headMacs,
      cost: costs[exit] as number,
      share: (costs[exit] as number) / macs,
    }));
}
