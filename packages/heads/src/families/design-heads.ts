// The heads of all cuts of one network, so that they cost little beside it, alone and together.

import type { RowShape } from '@ztw/core';
import type { HeadCost } from '../head.ts';
import type { HeadDesign } from './build-head.ts';
import { type CostedDesign, costOfDesign, designsWithCosts, firstWithin, isOpenDesign } from './designs-with-costs.ts';
import type { FirstDesign } from './head-designs.ts';

/** What default heads may cost beside their network, as shares of it unless said otherwise. */
export interface HeadShares {
  /** Of the network's MACs, one head. */
  readonly macs: number;
  readonly macsOfAll: number;
  /** A head may cost this share where its segment costs less. */
  readonly macsOfShortSegment: number;
  /**
   * Of the network's parameters, one head. It may have as many as the network's own classifier where those are more.
   */
  readonly parameters: number;
  readonly parametersOfAll: number;
  /** Numbers of parameters that are always allowed, whatever their share: in one head, and in all. */
  readonly fewParameters: number;
  readonly fewParametersOfAll: number;
}

/** The last exit costs at most 110 %. Few parameters are 256 KiB in one head and 2 MiB in all. */
export const defaultHeadShares: HeadShares = {
  macs: 0.03,
  macsOfAll: 0.1,
  macsOfShortSegment: 0.005,
  parameters: 0.05,
  parametersOfAll: 0.25,
  fewParameters: 2 ** 16,
  fewParametersOfAll: 2 ** 19,
};

/** The network that heads stand in. */
export interface HeadedNetwork {
  /** Per row. */
  readonly macs: number;
  /** Of the whole network and of its own classifier; null where nobody knows, and parameters are not bounded. */
  readonly parameters: { readonly whole: number; readonly classifier: number } | null;
}

/** Where a head stands. */
export interface HeadPlace {
  readonly rowShape: RowShape;
  /** MACs per row of the network from the cut before. */
  readonly segmentMacs: number;
  /** Whether the head recycles the logits of an exit before. */
  readonly cascade: boolean;
}

export interface DesignHeadsOptions {
  readonly network: HeadedNetwork;
  /** In the order of the data. */
  readonly places: readonly HeadPlace[];
  readonly classes: number;
  /** What was asked for; where it leaves everything open, heads are bounded. Default: open. */
  readonly asked?: HeadDesign;
  /** Where open designs begin. Default `auto`. */
  readonly first?: FirstDesign;
}

/** The design of one head. */
export interface DesignedHead extends CostedDesign {
  /** What it would be without bounds; the same design where they do not matter. */
  readonly unbounded: CostedDesign;
  /** Whether it was chosen here, not asked for. */
  readonly chosen: boolean;
}

/** The heads of a network's cuts, with bounds that they keep, or exceed as little as the designs allow. */
export interface DesignedHeads {
  /** One per place. */
  readonly heads: readonly DesignedHead[];
  /** Whether each of them and all together keep the bounds. */
  readonly withinBounds: boolean;
}

type Resource = keyof HeadCost;

/**
 * Chooses a design per place: the first of `headDesigns` within what one head may cost. While all together cost too
 * much, the most expensive head that can goes on to a cheaper design. What was asked for stays as it is.
 * @throws InvalidInputError for features that no family reads, or that the family asked for does not.
 */
export function designHeads(options: DesignHeadsOptions): DesignedHeads {
  const { network, places, classes, asked = {}, first = 'auto' } = options;
  const bounds = places.map((place) => boundsOfOne(network, place));
  const boundsTogether = boundsOfAll(network);
  const designs = places.map(({ rowShape, cascade }) =>
    isOpenDesign(asked)
      ? designsWithCosts(rowShape, { classes, cascade, first })
      : [{ design: asked, cost: costOfDesign(rowShape, asked, { classes, cascade }) }],
  );
  const chosen = reduceTogether(
    designs.map((ladder, index) => ({ ladder, bounds: bounds[index] as HeadCost })),
    boundsTogether,
  );
  return {
    heads: chosen.map((head, index) => ({
      ...head,
      unbounded: designs[index]?.[0] ?? head,
      chosen: isOpenDesign(asked),
    })),
    withinBounds:
      keeps(totalHeadCost(chosen), boundsTogether) &&
      chosen.every((head, index) => keeps(head.cost, bounds[index] as HeadCost)),
  };
}

/** What one head may cost. */
function boundsOfOne({ macs, parameters }: HeadedNetwork, { segmentMacs }: HeadPlace): HeadCost {
  const shares = defaultHeadShares;
  return {
    macs: Math.min(shares.macs * macs, Math.max(segmentMacs, shares.macsOfShortSegment * macs)),
    parameters:
      parameters === null
        ? Number.POSITIVE_INFINITY
        : Math.max(shares.parameters * parameters.whole, parameters.classifier, shares.fewParameters),
  };
}

/** What all heads of a network may cost together. */
function boundsOfAll({ macs, parameters }: HeadedNetwork): HeadCost {
  const shares = defaultHeadShares;
  return {
    macs: shares.macsOfAll * macs,
    parameters:
      parameters === null
        ? Number.POSITIVE_INFINITY
        : Math.max(shares.parametersOfAll * parameters.whole, shares.fewParametersOfAll),
  };
}

interface Candidates {
  readonly ladder: readonly CostedDesign[];
  readonly bounds: HeadCost;
}

function reduceTogether(candidates: readonly Candidates[], most: HeadCost): readonly CostedDesign[] {
  const chosen = candidates.flatMap(({ ladder, bounds }) => firstWithin(ladder, bounds) ?? []);
  for (;;) {
    const cost = totalHeadCost(chosen);
    const step = (['macs', 'parameters'] as const)
      .filter((resource) => cost[resource] > most[resource])
      .flatMap((resource) => stepDown(candidates, chosen, resource) ?? [])[0];
    if (step === undefined) return chosen;
    chosen[step.index] = step.next;
  }
}

/** The most expensive head that has a cheaper design, and that design. */
function stepDown(
  candidates: readonly Candidates[],
  chosen: readonly CostedDesign[],
  resource: Resource,
): { readonly index: number; readonly next: CostedDesign } | null {
  const other: Resource = resource === 'macs' ? 'parameters' : 'macs';
  const dearestFirst = [...chosen.entries()].toSorted(
    ([, left], [, right]) => right.cost[resource] - left.cost[resource],
  );
  for (const [index, head] of dearestFirst) {
    const { ladder, bounds } = candidates[index] as Candidates;
    const next = ladder
      .slice(ladder.indexOf(head) + 1)
      .find(
        ({ cost }) => cost[resource] < head.cost[resource] && cost[other] <= Math.max(head.cost[other], bounds[other]),
      );
    if (next !== undefined) return { index, next };
  }
  return null;
}

/** What heads cost together. */
export function totalHeadCost(heads: readonly Pick<CostedDesign, 'cost'>[]): HeadCost {
  return {
    macs: heads.reduce((sum, { cost }) => sum + cost.macs, 0),
    parameters: heads.reduce((sum, { cost }) => sum + cost.parameters, 0),
  };
}

function keeps({ macs, parameters }: HeadCost, bounds: HeadCost): boolean {
  return macs <= bounds.macs && parameters <= bounds.parameters;
}
