import { InvalidInputError, type RowShape } from '@ztw/core';
import type { NetworkPlan } from './network-plan.ts';

/** The properties that all networks of a chain share. */
export interface ChainDescription {
  /** For messages. */
  readonly name: string;
  readonly classes: number;
  readonly inputShape: RowShape;
}

/**
 * Checks that the networks can form a chain: all have the same input and the same classes.
 * @throws InvalidInputError when they cannot, or there is no network.
 */
export function describeChain(plans: readonly Pick<NetworkPlan, 'network'>[]): ChainDescription {
  const [first, ...others] = plans.map((plan) => plan.network);
  if (first === undefined)
    throw new InvalidInputError('Expected at least one network; received none.', { received: 0 });
  const inputShape = first.analysis.input.rowShape;
  const { classes } = first.analysis;
  for (const other of others) {
    const shape = other.analysis.input.rowShape;
    if (shape.join() !== inputShape.join()) {
      throw new InvalidInputError(
        `Expected the same input for all networks of a chain; ${first.name} takes [${inputShape.join(', ')}] and ${other.name} takes [${shape.join(', ')}] per row.`,
        { expected: inputShape, received: shape, path: other.name },
      );
    }
    if (other.analysis.classes !== classes) {
      throw new InvalidInputError(
        `Expected the same classes for all networks of a chain; ${first.name} has ${classes} and ${other.name} has ${other.analysis.classes}.`,
        { expected: classes, received: other.analysis.classes, path: other.name },
      );
    }
  }
  return { name: plans.map((plan) => plan.network.name).join(' -> '), classes, inputShape };
}
