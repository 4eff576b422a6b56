// What the judgement of exits reads from files, checked before hours of training.

import { about } from '@ztw/core/runtime';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { yardstickBatch } from '@ztw/training';
import {
  describeChain,
  type NetworkPlan,
  type OnnxNetwork,
  type PruningOptions,
  type StageTimes,
} from '@ztw/training/onnx';
import { readNetwork } from '../../runtime/network.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import type { PruningChoice } from './job-options.ts';

export interface OpenPruningSituation {
  /** One network; chains are refused before. */
  readonly plans: readonly NetworkPlan[];
  readonly graph: AnalyseGraphOptions;
  readonly times: StageTimes;
  readonly runtime: LoadedRuntime;
}

/**
 * @throws InvalidInputError for a profile that does not know the uncut network, and for another network with other inputs or
 *   classes.
 * @throws InvalidModelError, UnsupportedModelError for another network that cannot be read.
 */
export async function openPruning(
  { unit, tolerance, alternatives: paths }: PruningChoice,
  { plans, graph, times, runtime }: OpenPruningSituation,
): Promise<PruningOptions> {
  if (unit === 'milliseconds' && times.profile !== null) yardstickBatch(times.profile, times.batchSize);
  const alternatives: OnnxNetwork[] = [];
  for (const path of paths) {
    const network = await readNetwork(path, runtime, graph);
    await about(path, async () => describeChain([...plans, { network }]));
    alternatives.push(network);
  }
  return { unit, tolerance, alternatives };
}
