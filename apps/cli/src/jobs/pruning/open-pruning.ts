// What the judgement of exits reads from files, checked before hours of training.

import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { about } from '../../program/about.ts';
import { type Network, readNetwork } from '../../runtime/network.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import { describeChain } from '../chain-description.ts';
import type { OpenedTimes } from '../open-times.ts';
import type { NetworkPlan } from '../plan-training.ts';
import { yardstickBatch } from './exit-prices.ts';
import type { PruningOptions } from './pruning-options.ts';

export interface OpenedPruning {
  readonly options: PruningOptions;
  readonly times: OpenedTimes;
  readonly alternatives: readonly Network[];
}

export interface OpenPruningSituation {
  /** One network; chains are refused before. */
  readonly plans: readonly NetworkPlan[];
  readonly options: { readonly graph: AnalyseGraphOptions };
  readonly times: OpenedTimes;
  readonly runtime: LoadedRuntime;
}

/**
 * @throws InvalidInputError for a profile that does not know the uncut network, and for another network with other inputs or
 *   classes.
 * @throws InvalidModelError, UnsupportedModelError for another network that cannot be read.
 */
export async function openPruning(
  options: PruningOptions,
  { plans, options: { graph }, times, runtime }: OpenPruningSituation,
): Promise<OpenedPruning> {
  if (options.unit === 'milliseconds' && times.profile !== null) yardstickBatch(times.profile, times.batchSize);
  const alternatives: Network[] = [];
  for (const alternative of options.alternatives) {
    const network = await readNetwork(alternative, runtime, graph);
    await about(alternative, async () => describeChain([...plans, { network }]));
    alternatives.push(network);
  }
  return { options, times, alternatives };
}
