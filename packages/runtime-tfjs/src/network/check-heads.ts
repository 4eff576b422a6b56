import { InvalidInputError } from '@ztw/core';
import type { HeadSpecification, NetworkCut } from '@ztw/heads';
import type { TensorflowNetwork } from './tensorflow-network.ts';

export interface PlacedHeads {
  readonly network: TensorflowNetwork;
  readonly cuts: readonly NetworkCut[];
  readonly heads: readonly { readonly specification: HeadSpecification }[];
  /** Number of classes where they are not the network's own. */
  readonly newClasses?: number;
}

/**
 * Checks that heads stand at their cuts: one each, of the same rows and classes.
 * @throws InvalidInputError
 */
export function checkHeads({ network, cuts, heads, newClasses }: PlacedHeads): void {
  if (heads.length !== cuts.length || (newClasses !== undefined && cuts.length === 0)) {
    throw new InvalidInputError(
      `Expected one head per cut${newClasses === undefined ? '' : ', at least one'}, but got ${heads.length} heads for ${cuts.length} cuts.`,
    );
  }
  const classes = newClasses ?? network.classes;
  cuts.forEach(({ name, rowShape }, index) => {
    const { inputShape, classes: answered } = (heads[index] as PlacedHeads['heads'][number]).specification;
    if (inputShape.join() !== rowShape.join() || answered !== classes) {
      throw new InvalidInputError(
        `The head at cut "${name}" should read rows of [${rowShape.join(', ')}] and answer ${classes} classes, but reads ` +
          `[${inputShape.join(', ')}] and answers ${answered}. For other classes than the network's own, say newClasses.`,
      );
    }
  });
}
