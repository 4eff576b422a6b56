// What the judgement of exits reads from files, checked before hours of training.

import type { DeviceProfile } from '@ztw/core';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { about } from '../about.ts';
import { describeChain } from '../chain-description.ts';
import { readDeviceProfile } from '../device-profile-file.ts';
import { type Network, readNetwork } from '../network.ts';
import type { LoadedRuntime } from '../onnx-runtime.ts';
import type { NetworkPlan } from '../plan-training.ts';
import { checkedBatch } from './exit-prices.ts';
import type { PruningOptions } from './pruning-options.ts';

export interface OpenedPruning {
  readonly options: PruningOptions;
  /** Null where none was given. */
  readonly profile: DeviceProfile | null;
  readonly alternatives: readonly Network[];
}

export interface OpenPruningSituation {
  /** One network; chains are refused before. */
  readonly plans: readonly NetworkPlan[];
  readonly options: { readonly graph: AnalyseGraphOptions };
  readonly runtime: LoadedRuntime;
}

/**
 * @throws InvalidInputError for a profile that does not fit the exits, and for another network with other inputs or classes.
 * @throws InvalidModelError, UnsupportedModelError for another network that cannot be read.
 */
export async function openPruning(
  options: PruningOptions,
  { plans, options: { graph }, runtime }: OpenPruningSituation,
): Promise<OpenedPruning> {
  const { profile: path, batchSize } = options;
  const profile = path === null ? null : await readDeviceProfile(path);
  if (path !== null && profile !== null) {
    const names = plans.flatMap(({ cuts }) => [...cuts.map((cut) => cut.name), 'final']);
    await about(path, async () => checkedBatch(profile, names, batchSize));
  }
  const alternatives: Network[] = [];
  for (const alternative of options.alternatives) {
    const network = await readNetwork(alternative, runtime, graph);
    await about(alternative, async () => describeChain([...plans, { network }]));
    alternatives.push(network);
  }
  return { options, profile, alternatives };
}
