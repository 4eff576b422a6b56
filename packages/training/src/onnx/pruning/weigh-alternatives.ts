// Other networks that could answer every row: their accuracy and cost.

import type { WholeNetwork } from '@ztw/core/evaluation';
import { throwIfAborted } from '@ztw/core/runtime';
import type { PruningUnit } from '../../pruning/pruning-unit.ts';
import { shareRight } from '../../pruning/share-right.ts';
import type { HeldOutData } from '../../training/train-options.ts';
import { firstRows } from '../first-rows.ts';
import type { NetworkPlan } from '../network-plan.ts';
import type { OnnxBackend } from '../onnx-backend.ts';
import type { OnnxNetwork } from '../onnx-network.ts';
import type { TrainNetwork } from '../train-network.ts';
import { openWholeNetwork } from '../whole-network.ts';

export interface WeighAlternativesOptions {
  readonly alternatives: readonly OnnxNetwork[];
  readonly unit: PruningUnit;
  /** Batch size of time measurements. */
  readonly batchSize: number;
  readonly heldOut: HeldOutData;
  /** The correct class of each held-out row. */
  readonly targets: Int32Array;
  readonly train: TrainNetwork;
  readonly onnx: Pick<OnnxBackend, 'whole'>;
  readonly signal: AbortSignal | undefined;
}

const warmUps = 3;
const repeats = 30;

/** @throws RuntimeFailureError for a network that does not run; AbortedError once the signal has fired. */
export async function weighAlternatives(options: WeighAlternativesOptions): Promise<readonly WholeNetwork[]> {
  const { alternatives, unit, targets, train, signal } = options;
  const weighed: WholeNetwork[] = [];
  for (const other of alternatives) {
    throwIfAborted(signal, 'training');
    const { variants } = await train({
      plan: wholePlan(other),
      place: `alternative-${other.sha256.slice(0, 12)}`,
      previousNetwork: null,
      wantNetworkLogits: false,
    });
    weighed.push({
      name: other.name,
      accuracy: shareRight(variants[0]?.heldOutLogits[0] ?? new Float32Array(), targets),
      cost: unit === 'macs' ? other.analysis.backboneMacs : await millisecondsPerRow(other, options),
    });
  }
  return weighed;
}

/** A network without cuts has nothing to train. It only runs on the held-out rows. */
function wholePlan(network: OnnxNetwork): NetworkPlan {
  return {
    network,
    cuts: [],
    heads: { heads: [], withinBounds: true },
    cutsLeftOut: 0,
    followsNetwork: false,
    variants: [{ method: 'plain', heads: [] }],
  };
}

/** @returns the median. */
async function millisecondsPerRow(
  network: OnnxNetwork,
  { batchSize, heldOut, onnx, signal }: WeighAlternativesOptions,
): Promise<number> {
  const input = await firstRows(heldOut, batchSize);
  await using whole = await openWholeNetwork(network, onnx);
  const times: number[] = [];
  for (let round = -warmUps; round < repeats; round++) {
    throwIfAborted(signal, 'training');
    const start = performance.now();
    await whole.runWhole(input);
    if (round >= 0) times.push(performance.now() - start);
  }
  const [median = Number.NaN] = times.toSorted((left, right) => left - right).slice(repeats / 2 - 1);
  return median / batchSize;
}
