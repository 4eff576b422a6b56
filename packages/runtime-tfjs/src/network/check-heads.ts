import { InvalidInputError } from '@ztw/core';
import type { HeadSpecification, NetworkCut } from '@ztw/heads';
import type { TensorflowNetwork } from './tensorflow-network.ts';

export interface PlacedHeads {
  readonly network: TensorflowNetwork;
  readonly cuts: readonly NetworkCut[];
  readonly heads: readonly { readonly specification: HeadSpecification }[];
  /** Number of classes, if they are not the network's own. */
  readonly newClasses?: number;
}

/**
 * Checks that there is one head per cut, and that each head fits the row shape of its cut and the classes.
 * @throws InvalidInputError
 */
export function checkHeads({ network, cuts, heads, newClasses }: PlacedHeads): void {
  if (heads.length !== cuts.length || (newClasses !== undefined && cuts.length === 0)) {
    throw new InvalidInputError(
      `Expected one head per cut${newClasses === undefined ? '' : ', at least one'}; received ${heads.length} heads for ` +
        `${cuts.length} cuts. Pass cuts and heads of the same training.`,
      { expected: cuts.length, received: heads.length, path: 'heads' },
    );
  }
  const classes = newClasses ?? network.classes;
  cuts.forEach(({ name, rowShape }, index) => {
    const { inputShape, classes: answered } = (heads[index] as PlacedHeads['heads'][number]).specification;
    if (inputShape.join() !== rowShape.join() || answered !== classes) {
      throw new InvalidInputError(
        `Expected a head that reads rows of [${rowShape.join(', ')}] and has ${classes} classes at cut "${name}"; received one that reads ` +
          `[${inputShape.join(', ')}] and has ${answered}. Pass newClasses for classes other than the network's own.`,
        { expected: { inputShape: rowShape, classes }, received: { inputShape, classes: answered }, path: name },
      );
    }
  });
}
