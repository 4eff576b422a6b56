// Finds the exits of one method that pay. Exits that cost more than they save are dropped. ICs that recycled logits of
// a dropped IC are trained again. This repeats until the remaining exits were judged together.

import type { DeviceProfile } from '@ztw/core';
import type { ExitPrices, WholeNetwork } from '@ztw/core/evaluation';
import type { BundleRuntimes } from '@ztw/onnx-graph';
import type { AssembledBundle, EnsembleChoice } from '../../bundle/assemble-bundle.ts';
import { methodResult } from '../../bundle/network-result.ts';
import type { BundleMethod } from '../../plan/method.ts';
import { type Judgement, judgeExits } from '../../pruning/judge-exits.ts';
import type { DroppedExitReport, PruningReport } from '../../pruning/pruning-report.ts';
import type { PruningUnit } from '../../pruning/pruning-unit.ts';
import { shareRight, standardError } from '../../pruning/share-right.ts';
import { assembleNetworks } from '../assemble-networks.ts';
import type { Watch } from '../bundle-event.ts';
import type { TrainedNetwork } from '../train-chain.ts';
import type { TrainNetwork } from '../train-network.ts';
import { keepExits, placeOfCuts } from './keep-exits.ts';
import type { PriceExits } from './price-exits.ts';

export interface PruneNetworkOptions {
  readonly method: BundleMethod;
  /** With all exits. */
  readonly trained: TrainedNetwork;
  readonly unit: PruningUnit;
  /**
   * Accepted loss of accuracy against the full network, 0 to 1; null for the loss within the held-out rows' standard
   * error.
   */
  readonly tolerance: number | null;
  /** The correct class of each held-out row. */
  readonly targets: Int32Array;
  readonly ensemble: EnsembleChoice;
  readonly runtimes: BundleRuntimes;
  readonly price: PriceExits;
  readonly alternatives: readonly WholeNetwork[];
  readonly train: TrainNetwork;
  readonly watch: Pick<Watch, 'report'>;
}

export interface PrunedNetwork {
  readonly bundle: AssembledBundle;
  readonly report: PruningReport;
  /** Prices of its exits. */
  readonly prices: ExitPrices;
  /** Measured times of the stages of `bundle`; null where nothing was measured. */
  readonly profile: DeviceProfile | null;
}

/** @throws InvalidInputError, RuntimeFailureError of pricing and training; AbortedError once the signal has fired. */
export async function pruneNetwork(options: PruneNetworkOptions): Promise<PrunedNetwork> {
  const { method, unit, targets, ensemble, runtimes, price, alternatives, train, watch } = options;
  const wholeAccuracy = shareRight(networkLogits(options), targets);
  // A difference of one row is no loss. With tolerance 0, the ensemble of all exits would often miss the target by one
  // row.
  const tolerance = options.tolerance ?? standardError(wholeAccuracy, targets.length);
  const accuracy = Math.max(0, wholeAccuracy - tolerance);
  const dropped: DroppedExitReport[] = [];
  let { trained } = options;
  let kept: readonly number[] = Array.from({ length: trained.plan.cuts.length + 1 }, (_, exit) => exit);
  let trainings = 1;
  let costOfAll: number | null = null;
  for (let round = 0; ; round++) {
    const onMissing = (reason: string): void => {
      if (round === 0) watch.report({ kind: 'onnx-only', reason });
    };
    const bundle = assembleNetworks({ method, networks: [trained], targets, ensemble, runtimes, onMissing });
    const { prices, profile } = await price(bundle, kept, await placeOfCuts(method, trained.plan));
    const judged = judgeExits({ predictions: bundle.predictions, prices, accuracy, alternatives });
    if (round === 0) costOfAll = judged.costOfAll;
    const names = bundle.networks.flatMap((network) => network.stages.map((stage) => stage.name));
    if (judged.dropped.length === 0) {
      const report: PruningReport = {
        unit,
        wholeAccuracy,
        accuracy,
        kept: names,
        dropped,
        trainings,
        cost: judged.cost,
        costOfAll,
        wholeCost: prices.whole,
        verdict: verdictOf(judged),
      };
      return { bundle, report, prices, profile };
    }
    dropped.push(...judged.dropped.map(({ exit, ...costs }) => ({ name: names[exit] as string, ...costs })));
    const keeping = keepExits(trained, { method, kept: judged.kept });
    watch.report({
      kind: 'exits-dropped',
      method,
      dropped: judged.dropped.length,
      exits: names.length,
      accurateEnough: judged.cost !== null,
      trainsAgain: keeping.trained === null,
    });
    kept = judged.kept.map((exit) => kept[exit] as number);
    if (keeping.trained === null) {
      const { plan } = keeping;
      const place = await placeOfCuts(method, plan);
      trained = { plan, result: await train({ plan, place, previousNetwork: null, wantNetworkLogits: false }) };
      trainings++;
    } else {
      trained = keeping.trained;
    }
  }
}

/** A single stage is the network itself, whatever was measured. */
function verdictOf({ best, kept }: Judgement): PruningReport['verdict'] {
  return best.kind === 'early-exit' && kept.length === 1 ? { kind: 'whole-network' } : best;
}

function networkLogits({ trained, method }: PruneNetworkOptions): Float32Array {
  const logits = methodResult(trained.result, method).heldOutLogits.at(-1);
  if (logits === undefined) throw new Error('internal: a network without logits on the held-out rows');
  return logits;
}
