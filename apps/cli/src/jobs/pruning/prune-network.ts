// The exits of one method that pay. Exits are judged and those that cost more than they save are dropped; ICs that have lost the one
// whose logits they recycle are trained again; and so on, until every exit that is left has been judged beside just the others.

import type { DeviceProfile } from '@ztw/core';
import type { WholeNetwork } from '@ztw/core/evaluation';
import type { JobContext } from '../../program/job-context.ts';
import {
  type AssembleBundleOptions,
  type AssembledBundle,
  assembleBundle,
  type TrainedNetwork,
} from '../assemble-bundle.ts';
import { variantOf } from '../network-result.ts';
import type { HeadChoice } from '../plan-training.ts';
import { type TrainerSettings, trainNetwork } from '../train-network.ts';
import type { ExitPrices } from './exit-prices.ts';
import { type Judgement, judgeExits } from './judge-exits.ts';
import { keepExits, placeOfCuts } from './keep-exits.ts';
import type { PriceExits } from './price-exits.ts';
import type { PruningOptions } from './pruning-options.ts';
import type { DroppedExitReport, PruningReport } from './pruning-report.ts';
import { shareRight, standardError } from './share-right.ts';

export interface PruneNetworkOptions extends Omit<AssembleBundleOptions, 'networks'> {
  readonly pruning: PruningOptions;
  /** With all exits. */
  readonly trained: TrainedNetwork;
  readonly head: HeadChoice;
  readonly price: PriceExits;
  readonly alternatives: readonly WholeNetwork[];
  readonly trainer: TrainerSettings;
}

export interface PrunedNetwork {
  readonly bundle: AssembledBundle;
  readonly report: PruningReport;
  /** Of its exits. */
  readonly prices: ExitPrices;
  /** What the stages of `bundle` cost here; null where that was not measured. */
  readonly profile: DeviceProfile | null;
}

/** @throws InvalidInputError, RuntimeFailureError as pricing and training do; AbortedError once the signal has fired. */
export async function pruneNetwork(options: PruneNetworkOptions, context: JobContext): Promise<PrunedNetwork> {
  const { pruning, method, targets, alternatives } = options;
  const wholeAccuracy = shareRight(networkLogits(options), targets);
  // One image more or fewer is no loss: without a wish, the ensemble of all exits would often fail by that.
  const tolerance = pruning.tolerance ?? standardError(wholeAccuracy, targets.length);
  const accuracy = Math.max(0, wholeAccuracy - tolerance);
  const dropped: DroppedExitReport[] = [];
  let kept: readonly number[] = options.trained.plan.cuts
    .map((_, exit) => exit)
    .concat(options.trained.plan.cuts.length);
  let trained = options.trained;
  let trainings = 1;
  let costOfAll: number | null = null;
  for (let round = 0; ; round++) {
    const bundle = assembleBundle({ ...options, networks: [trained], onNote: round === 0 ? options.onNote : () => {} });
    const { prices, profile } = await options.price(bundle, kept, placeOfCuts(method, trained.plan), context);
    const judged = judgeExits({ predictions: bundle.predictions, prices, accuracy, alternatives });
    if (round === 0) costOfAll = judged.costOfAll;
    const names = bundle.networks.flatMap((network) => network.stages.map((stage) => stage.name));
    if (judged.dropped.length === 0) {
      const report: PruningReport = {
        unit: pruning.unit,
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
    const keeping = keepExits(trained, { method, head: options.head, kept: judged.kept });
    const again = keeping.trained === null ? ' ICs that recycled their logits are trained again.' : '';
    const why =
      judged.cost === null ? 'are of no use, since no threshold is accurate enough' : 'cost more than they save';
    context.onNote(`${method}: ${judged.dropped.length} of ${names.length} exits ${why}.${again}`);
    kept = judged.kept.map((exit) => kept[exit] as number);
    if (keeping.trained === null) {
      const { plan } = keeping;
      const result = await trainNetwork(
        { ...options.trainer, plan, place: placeOfCuts(method, plan), previousNetwork: null, wantNetworkLogits: false },
        context,
      );
      trained = { plan, result };
      trainings++;
    } else {
      trained = keeping.trained;
    }
  }
}

/** A single stage is the network itself, whatever the clock says. */
function verdictOf({ best, kept }: Judgement): PruningReport['verdict'] {
  return best.kind === 'early-exit' && kept.length === 1 ? { kind: 'whole-network' } : best;
}

function networkLogits({ trained, method }: PruneNetworkOptions): Float32Array {
  const logits = variantOf(trained.result, method).heldOutLogits.at(-1);
  if (logits === undefined) throw new Error('internal: a network without logits on the held-out rows');
  return logits;
}
