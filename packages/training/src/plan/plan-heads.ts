// The heads of all ICs of a network, per method.

import type { RowShape } from '@ztw/core';
import type { HeadSpecification } from '@ztw/heads';
import { type HeadForOptions, headFor } from '@ztw/heads';
import type { BundleMethod } from './method.ts';

/** How the heads of all ICs look; the family may adapt to each cut's features. */
export type HeadChoice = Pick<HeadForOptions, 'family' | 'layers' | 'padding'>;

/** The heads of one method, one per cut, in order. */
export interface PlannedVariant {
  readonly method: BundleMethod;
  readonly heads: readonly HeadSpecification[];
}

export interface PlanHeadsOptions {
  /** Row shape of the features at each cut, in order. */
  readonly cutShapes: readonly RowShape[];
  readonly classes: number;
  readonly methods: readonly BundleMethod[];
  readonly head: HeadChoice;
  /** Whether another network comes before in a chain, whose logits the first IC of `ztw` recycles. */
  readonly followsNetwork: boolean;
}

/**
 * Chooses the heads for cuts. All methods see the same features; only `ztw` recycles the logits of the exit before. The first IC of a
 * chain has none before it; the first IC of a later network recycles the logits in which the network before ends.
 * @throws InvalidInputError for heads that do not exist.
 */
export function planHeads({
  cutShapes,
  classes,
  methods,
  head,
  followsNetwork,
}: PlanHeadsOptions): readonly PlannedVariant[] {
  return methods.map((method) => ({
    method,
    heads: cutShapes.map((shape, index) =>
      headFor(shape, { ...head, classes, cascade: method === 'ztw' && (index > 0 || followsNetwork) }),
    ),
  }));
}
