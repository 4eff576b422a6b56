// Chooses the heads of all cuts of one network within bounds on the cost of each head and of all together.

import type { RowShape } from '@ztw/core';
import type { HeadCost } from '../head.ts';
import type { HeadDesign } from './build-head.ts';
import { type CostedDesign, costOfDesign, designsWithCosts, firstWithin, isOpenDesign } from './designs-with-costs.ts';
import type { FirstDesign } from './head-designs.ts';

/** Bounds on the cost of default heads, as shares of their network's cost unless stated otherwise. */
export interface HeadShares {
  /** MACs of one head. */
  readonly macs: number;
  /** MACs of all heads. */
  readonly macsOfAll: number;
  /** MACs of one head that are always allowed, even if its segment costs less. */
  readonly macsOfShortSegment: number;
  /** Parameters of one head. */
  readonly parameters: number;
  /** Parameters of all heads. */
  readonly parametersOfAll: number;
  /** Number of parameters that is always allowed in one head. */
  readonly fewParameters: number;
  /** Number of parameters per head that is always allowed in all heads together. */
  readonly fewParametersOfEach: number;
}

/**
 * All heads together cost at most 10 % of the network's MACs and of its bytes. `fewParameters` is 128 KiB,
 * `fewParametersOfEach` 64 KiB.
 */
export const defaultHeadShares: HeadShares = {
  macs: 0.03,
  macsOfAll: 0.1,
  macsOfShortSegment: 0.005,
  parameters: 0.03,
  parametersOfAll: 0.1,
  fewParameters: 2 ** 15,
  fewParametersOfEach: 2 ** 14,
};

/** The network that heads are added to. */
export interface HeadedNetwork {
  /** Per row. */
  readonly macs: number;
  /** Number of stored weights. Null if unknown: parameters are then not bounded. */
  readonly parameters: number | null;
}

/** The position of a head in its network. */
export interface HeadPlace {
  readonly rowShape: RowShape;
  /** MACs per row of the network since the previous cut. */
  readonly segmentMacs: number;
  /** Whether the head reads the logits of the previous exit. */
  readonly cascade: boolean;
}

export interface DesignHeadsOptions {
  readonly network: HeadedNetwork;
  /** In data-flow order. */
  readonly places: readonly HeadPlace[];
  readonly classes: number;
  /** The requested design. Heads are bounded only if it is open. Default: open. */
  readonly asked?: HeadDesign;
  /** The first design to try if the design is open. Default `auto`. */
  readonly first?: FirstDesign;
}

/** The design of one head. */
export interface DesignedHead extends CostedDesign {
  /** The design without bounds; the same if the bounds do not matter. */
  readonly unbounded: CostedDesign;
  /** Whether it was chosen here rather than requested. */
  readonly chosen: boolean;
}

/** The heads of a network's cuts, within the bounds or as near to them as the designs allow. */
export interface DesignedHeads {
  /** One per place. */
  readonly heads: readonly DesignedHead[];
  /** Whether each head and all heads together are within the bounds. */
  readonly withinBounds: boolean;
}

type Resource = keyof HeadCost;

/**
 * Chooses one design per place: the first of `headDesigns` within the bounds of one head. While all heads together
 * exceed their bounds, the most expensive head that has a cheaper design takes that design. A requested design is not
 * changed.
 * @throws InvalidInputError if no family, or not the requested one, reads the features.
 */
export function designHeads(options: DesignHeadsOptions): DesignedHeads {
  const { network, places, classes, asked = {}, first = 'auto' } = options;
  const bounds = places.map((place) => boundsOfOne(network, place));
  const boundsTogether = boundsOfAll(network, places.length);
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
      isWithin(totalHeadCost(chosen), boundsTogether) &&
      chosen.every((head, index) => isWithin(head.cost, bounds[index] as HeadCost)),
  };
}

/** Bounds on the cost of one head. */
function boundsOfOne({ macs, parameters }: HeadedNetwork, { segmentMacs }: HeadPlace): HeadCost {
  const shares = defaultHeadShares;
  return {
    macs: Math.min(shares.macs * macs, Math.max(segmentMacs, shares.macsOfShortSegment * macs)),
    parameters:
      parameters === null ? Number.POSITIVE_INFINITY : Math.max(shares.parameters * parameters, shares.fewParameters),
  };
}

/** Bounds on the total cost of all heads of a network. */
function boundsOfAll({ macs, parameters }: HeadedNetwork, heads: number): HeadCost {
  const shares = defaultHeadShares;
  return {
    macs: shares.macsOfAll * macs,
    parameters:
      parameters === null
        ? Number.POSITIVE_INFINITY
        : Math.max(shares.parametersOfAll * parameters, shares.fewParametersOfEach * heads),
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
  const mostExpensiveFirst = [...chosen.entries()].toSorted(
    ([, left], [, right]) => right.cost[resource] - left.cost[resource],
  );
  for (const [index, head] of mostExpensiveFirst) {
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

/** Total cost of heads. */
export function totalHeadCost(heads: readonly Pick<CostedDesign, 'cost'>[]): HeadCost {
  return {
    macs: heads.reduce((sum, { cost }) => sum + cost.macs, 0),
    parameters: heads.reduce((sum, { cost }) => sum + cost.parameters, 0),
  };
}

function isWithin({ macs, parameters }: HeadCost, bounds: HeadCost): boolean {
  return macs <= bounds.macs && parameters <= bounds.parameters;
}
