import { InvalidInputError, type RowShape } from '@ztw/core';
import type { NetworkPlan } from './network-plan.ts';

/** What all networks of a chain have in common. */
export interface ChainDescription {
  /** For messages. */
  readonly name: string;
  readonly classes: number;
  readonly inputShape: RowShape;
}

/**
 * Checks that the networks can follow one another: each sees the same input and knows the same classes.
 * @throws InvalidInputError when they cannot, or there is none.
 */
export function describeChain(plans: readonly Pick<NetworkPlan, 'network'>[]): ChainDescription {
  const [first, ...others] = plans.map((plan) => plan.network);
  if (first === undefined) throw new InvalidInputError('There is no network; give at least one.');
  const inputShape = first.analysis.input.rowShape;
  const { classes } = first.analysis;
  for (const other of others) {
    const shape = other.analysis.input.rowShape;
    if (shape.join() !== inputShape.join()) {
      throw new InvalidInputError(
        `The networks of a chain read the same input, but ${first.name} takes [${inputShape.join(', ')}] and ${other.name} [${shape.join(', ')}] per row.`,
      );
    }
    if (other.analysis.classes !== classes) {
      throw new InvalidInputError(
        `The networks of a chain know the same classes, but ${first.name} has ${classes} and ${other.name} ${other.analysis.classes}.`,
      );
    }
  }
  return { name: plans.map((plan) => plan.network.name).join(' -> '), classes, inputShape };
}
