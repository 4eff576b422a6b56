// Other networks that could answer every row: how often they are right, and what they cost.

import type { WholeNetwork } from '@ztw/core/evaluation';
import type { AnalyseGraphOptions } from '@ztw/onnx-graph';
import { type JobContext, throwIfAborted } from '../../program/job-context.ts';
import type { Network } from '../../runtime/network.ts';
import { firstRows } from '../first-rows.ts';
import { timingOf } from '../timing.ts';
import { type TrainerSettings, trainNetwork } from '../train-network.ts';
import { openWholeNetwork } from '../whole-network.ts';
import type { OpenedPruning } from './open-pruning.ts';
import { shareRight } from './share-right.ts';

export interface WeighAlternativesOptions {
  readonly opened: OpenedPruning;
  readonly graph: AnalyseGraphOptions;
  /** The right class of each held-out row. */
  readonly targets: Int32Array;
  readonly trainer: TrainerSettings;
}

const warmUps = 3;
const repeats = 30;

/** @throws RuntimeFailureError for a network that does not run; AbortedError once the signal has fired. */
export async function weighAlternatives(
  options: WeighAlternativesOptions,
  context: JobContext,
): Promise<readonly WholeNetwork[]> {
  const { opened, targets, trainer } = options;
  const weighed: WholeNetwork[] = [];
  for (const other of opened.alternatives) {
    throwIfAborted(context.signal);
    // A network without cuts has nothing to train; this runs it on the held-out rows.
    const plan = { network: other, cuts: [], variants: [{ method: 'plain' as const, heads: [] }] };
    const place = `alternative-${other.sha256.slice(0, 12)}`;
    const { variants } = await trainNetwork(
      { ...trainer, plan, place, previousNetwork: null, wantNetworkLogits: false },
      context,
    );
    weighed.push({
      name: other.name,
      accuracy: shareRight(variants[0]?.heldOutLogits[0] ?? new Float32Array(), targets),
      cost:
        opened.options.unit === 'macs'
          ? other.analysis.backboneMacs
          : await milliseconds(other, options, context.signal),
    });
  }
  return weighed;
}

/** @returns median milliseconds per row. */
async function milliseconds(
  network: Network,
  { opened, graph, trainer }: WeighAlternativesOptions,
  signal: AbortSignal,
): Promise<number> {
  const { batchSize } = opened.times;
  const input = await firstRows(trainer.heldOut, batchSize);
  await using whole = await openWholeNetwork(network, graph, trainer.runtime);
  const times: number[] = [];
  for (let round = -warmUps; round < repeats; round++) {
    throwIfAborted(signal);
    const start = performance.now();
    await whole.runWhole(input);
    if (round >= 0) times.push(performance.now() - start);
  }
  return timingOf(times).medianMilliseconds / batchSize;
}
