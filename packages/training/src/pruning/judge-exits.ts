// Which exits pay on the held-out rows, at the accuracy of the full network.

import {
  type ExitPredictions,
  type ExitPrices,
  type PrunedExits,
  pruneExits,
  thresholdSweep,
  type WholeNetwork,
} from '@ztw/core/evaluation';

export interface JudgeExitsOptions {
  /** Predictions of all exits, through their ensemble. */
  readonly predictions: ExitPredictions;
  readonly prices: ExitPrices;
  /** Share of rows that must be answered correctly. */
  readonly accuracy: number;
  readonly alternatives: readonly WholeNetwork[];
}

/** The result of judging the exits. */
export interface Judgement {
  /** Exits that pay, ascending, including the last one. */
  readonly kept: readonly number[];
  /** Exits that do not pay. Costs are null if no threshold is accurate enough; then no exit pays. */
  readonly dropped: readonly {
    readonly exit: number;
    readonly costWith: number | null;
    readonly costWithout: number | null;
  }[];
  /** Mean cost per row of the kept exits at the cheapest threshold that is accurate enough; null if there is none. */
  readonly cost: number | null;
  /** The same with all exits. */
  readonly costOfAll: number | null;
  readonly best: PrunedExits['best'];
}

/** Applies `pruneExits` of the core. If no threshold is accurate enough, only the network remains. */
export function judgeExits({ predictions, prices, accuracy, alternatives }: JudgeExitsOptions): Judgement {
  const lastExit = predictions.answers.length - 1;
  if (!thresholdSweep(predictions).some((point) => point.accuracy >= accuracy)) {
    return {
      kept: [lastExit],
      dropped: Array.from({ length: lastExit }, (_, exit) => ({ exit, costWith: null, costWithout: null })),
      cost: null,
      costOfAll: null,
      best: { kind: 'whole-network' },
    };
  }
  return pruneExits({
    predictions,
    prices,
    accuracy,
    alternatives,
  });
}
