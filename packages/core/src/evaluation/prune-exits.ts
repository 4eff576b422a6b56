// Which exits are worth their heads. A head costs every row that passes it; what it saves depends on how many leave
// there.

import { costsOfPrices, type ExitPrices } from '../costs/exit-costs.ts';
import { InvalidInputError } from '../errors/errors.ts';
import type { ExitPredictions } from './exit-predictions.ts';
import { sweep } from './sweep.ts';
import type { SweptPolicy } from './swept-policy.ts';

export interface PruneExitsOptions extends SweptPolicy {
  /** Of all exits, on held-out rows. Its own costs are not used. */
  readonly predictions: ExitPredictions;
  /** Of all segments and heads; the last head is the network's own classifier, which is never dropped. */
  readonly prices: ExitPrices;
  /** Smallest accuracy, 0 to 1. Default: that of the last exit. */
  readonly accuracy?: number;
  /** Other networks that could answer every row instead, for example a smaller one. */
  readonly alternatives?: readonly WholeNetwork[];
  /** Settings to choose from, from the loosest to the strictest. Default: the kind's own. */
  readonly settings?: ArrayLike<number>;
}

/** A network that answers every row in full. */
export interface WholeNetwork {
  readonly name: string;
  /** Share of the same rows that it classifies correctly. */
  readonly accuracy: number;
  /** Cost per row, in the unit of the prices. */
  readonly cost: number;
}

/** One exit that costs more than it saves. */
export interface DroppedExit {
  readonly exit: number;
  /** Mean cost per row with this exit and those that were not dropped before it. */
  readonly costWith: number;
  /** The same without it. */
  readonly costWithout: number;
}

export interface PrunedExits {
  /** Exits worth keeping, ascending, the last one always among them. */
  readonly kept: readonly number[];
  /** Exits that cost more than they save, in the order in which they were dropped. */
  readonly dropped: readonly DroppedExit[];
  /** The cheapest setting over the kept exits that is accurate enough. */
  readonly setting: number;
  readonly accuracy: number;
  /** Mean cost per row at that setting. */
  readonly cost: number;
  /** The same with all exits, at their own cheapest setting; null if none is accurate enough. */
  readonly costOfAll: number | null;
  /**
   * The cheapest choice that is accurate enough: `early-exit`; `whole-network`, if no exits save more than they cost;
   * or the name of an alternative.
   */
  readonly best:
    | { readonly kind: 'early-exit' }
    | { readonly kind: 'whole-network' }
    | { readonly kind: 'alternative'; readonly name: string };
}

interface Choice {
  readonly kept: readonly number[];
  readonly setting: number;
  readonly accuracy: number;
  readonly cost: number;
}

/**
 * Repeatedly drops the exit whose removal reduces the mean cost most at the required accuracy, until no removal does.
 *
 * The predictions of the kept exits are used unchanged. That is exact if exits answer alone. If they depend on one
 * another through a cascade or an ensemble, it is an estimate, and the kept exits should be trained and fitted again.
 * @throws InvalidInputError if costs do not fit the exits, or if neither all exits nor none reach the accuracy.
 */
export function pruneExits(options: PruneExitsOptions): PrunedExits {
  const { predictions, prices, alternatives = [] } = options;
  const exitCount = predictions.probabilities.length;
  checkCosts(prices.segments, exitCount);
  checkCosts(prices.heads, exitCount);
  const lastExit = exitCount - 1;
  const accuracy = options.accuracy ?? accuracyOf(predictions, lastExit);
  const choose = (kept: readonly number[]) => cheapest(options, kept, accuracy);

  const all = choose(Array.from({ length: exitCount }, (_, exit) => exit));
  const none = choose([lastExit]);
  let best = all ?? none;
  if (best === null) {
    throw new InvalidInputError(
      `Expected an accuracy that some setting reaches; received ${accuracy}. The last exit has ${accuracyOf(predictions, lastExit)}: ask for less.`,
      { expected: `at most ${accuracyOf(predictions, lastExit)}`, received: accuracy, path: 'accuracy' },
    );
  }
  const dropped: DroppedExit[] = [];
  for (let better = withoutOne(best, lastExit, choose); better !== null; better = withoutOne(best, lastExit, choose)) {
    const { kept, cost: costWithout } = better;
    const costWith = best.cost;
    dropped.push(...best.kept.filter((exit) => !kept.includes(exit)).map((exit) => ({ exit, costWith, costWithout })));
    best = better;
  }
  return {
    ...best,
    dropped,
    costOfAll: all?.cost ?? null,
    best: cheapestWay(best, prices.whole, alternatives, accuracy),
  };
}

/** The best choice with one exit fewer, if it costs no more; null if every exit is worth its head. */
function withoutOne(
  current: Choice,
  lastExit: number,
  choose: (kept: readonly number[]) => Choice | null,
): Choice | null {
  let best: Choice | null = null;
  for (const exit of current.kept) {
    if (exit === lastExit) continue;
    const choice = choose(current.kept.filter((other) => other !== exit));
    if (choice !== null && choice.cost <= (best?.cost ?? current.cost)) best = choice;
  }
  return best;
}

function cheapest(options: PruneExitsOptions, kept: readonly number[], accuracy: number): Choice | null {
  const { predictions } = options;
  const costs = costsOfPrices(options.prices, kept);
  const pick = <Value>(values: readonly Value[]): Value[] => kept.map((exit) => values[exit] as Value);
  const selected: ExitPredictions = {
    ...predictions,
    exitMacs: pick(predictions.exitMacs),
    probabilities: pick(predictions.probabilities),
    confidences: pick(predictions.confidences),
    answers: pick(predictions.answers),
  };
  let best: Choice | null = null;
  for (const point of sweep(selected, { ...options, costs })) {
    if (point.accuracy < accuracy || (best !== null && point.cost >= best.cost)) continue;
    best = { kept, setting: point.setting, accuracy: point.accuracy, cost: point.cost };
  }
  return best;
}

function cheapestWay(
  early: Choice,
  wholeCost: number,
  alternatives: readonly WholeNetwork[],
  accuracy: number,
): PrunedExits['best'] {
  const rival = alternatives
    .filter((network) => network.accuracy >= accuracy)
    .reduce<WholeNetwork | null>(
      (best, network) => (best !== null && best.cost <= network.cost ? best : network),
      null,
    );
  if (rival !== null && rival.cost < Math.min(early.cost, wholeCost)) return { kind: 'alternative', name: rival.name };
  return { kind: early.cost < wholeCost ? 'early-exit' : 'whole-network' };
}

function accuracyOf({ rows, labels, answers }: ExitPredictions, exit: number): number {
  return labels.reduce((right, label, row) => right + (answers[exit]?.[row] === label ? 1 : 0), 0) / rows;
}

function checkCosts(costs: readonly number[], exitCount: number): void {
  if (costs.length !== exitCount || costs.some((cost) => !(Number.isFinite(cost) && cost >= 0))) {
    throw new InvalidInputError(
      `Expected a cost of 0 or more for each of ${exitCount} exits; received [${costs.join(', ')}].`,
    );
  }
}
