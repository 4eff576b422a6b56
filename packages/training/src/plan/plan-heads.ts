// The heads of all ICs of a network, per method.

import type { RowShape } from '@ztw/core';
import {
  type DesignedHeads,
  designHeads,
  type HeadDesign,
  type HeadedNetwork,
  type HeadForOptions,
  type HeadSpecification,
  headFor,
} from '@ztw/heads';
import type { BundleMethod } from './method.ts';

/** Design of the heads of all ICs. Open choices adapt to the features at each cut and to the cost of the network. */
export type HeadChoice = Pick<HeadForOptions, 'family' | 'layers' | 'padding'>;

/** The heads of one method, one per cut, in order. */
export interface PlannedVariant {
  readonly method: BundleMethod;
  readonly heads: readonly HeadSpecification[];
}

/** The heads to train. */
export interface HeadsOptions {
  readonly classes: number;
  readonly methods: readonly BundleMethod[];
  /** Whether another network precedes this one in a chain. The first IC of `ztw` recycles its logits. */
  readonly followsNetwork: boolean;
}

export interface ChooseDesignsOptions extends HeadsOptions {
  readonly network: HeadedNetwork;
  /** In order: the row shape of the features, and the MACs per row of the network up to this cut. */
  readonly cuts: readonly { readonly rowShape: RowShape; readonly macs: number }[];
  readonly head: HeadChoice;
}

/**
 * Chooses the designs of heads for cuts. All methods share them, because they see the same features.
 * @throws InvalidInputError for heads that do not exist.
 */
export function chooseDesigns(options: ChooseDesignsOptions): DesignedHeads {
  const { network, cuts, head, classes, methods, followsNetwork } = options;
  const places = cuts.map(({ rowShape, macs }, index) => ({
    rowShape,
    segmentMacs: macs - (cuts[index - 1]?.macs ?? 0),
    cascade: methods.some((method) => recycles(method, index, followsNetwork)),
  }));
  return designHeads({ network, places, classes, asked: head });
}

export interface PlanHeadsOptions extends HeadsOptions {
  /** Row shape of the features at each cut, in order. */
  readonly cutShapes: readonly RowShape[];
  /** One per cut. */
  readonly designs: readonly HeadDesign[];
}

/**
 * Makes the heads for cuts. All methods see the same features; only `ztw` recycles the logits of the previous exit. The
 * first IC of a chain has no previous exit. The first IC of a later network recycles the logits of the previous
 * network.
 * @throws InvalidInputError for heads that do not exist.
 */
export function planHeads(options: PlanHeadsOptions): readonly PlannedVariant[] {
  const { cutShapes, designs, classes, methods, followsNetwork } = options;
  return methods.map((method) => ({
    method,
    heads: cutShapes.map((shape, index) =>
      headFor(shape, { ...designs[index], classes, cascade: recycles(method, index, followsNetwork) }),
    ),
  }));
}

function recycles(method: BundleMethod, cut: number, followsNetwork: boolean): boolean {
  return method === 'ztw' && (cut > 0 || followsNetwork);
}
