import { weightsInMemory } from '@ztw/bundle';
import type { RowShape } from '@ztw/core';
import { type HeadLayer, type HeadParameters, previousClasses } from '@ztw/heads';
import { encodeTensorProgram } from '@ztw/program';
import { type OpenProgram, openProgram } from '../inference/open-program.ts';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { headProgram } from './head-program.ts';

export interface OpenHeadOptions {
  readonly tf: TensorflowInference;
  readonly layers: readonly HeadLayer[];
  readonly parameters: HeadParameters;
  /** Row shape of the features, channels first. In memory, maps have their channels last. */
  readonly inputShape: RowShape;
  /** For messages. */
  readonly what: string;
}

/**
 * Makes the layers of a head ready to run. Their result, channels first, takes the place of a program's logits. At
 * least one layer.
 */
export function openHead({ tf, layers, parameters, inputShape, what }: OpenHeadOptions): OpenProgram {
  const { program, weights } = headProgram(layers, parameters, inputShape);
  const classesBefore = previousClasses({ layers });
  return openProgram({
    tf,
    steps: encodeTensorProgram(program),
    weights: weightsInMemory(weights),
    path: what,
    what,
    ...(classesBefore === null ? {} : { previousClasses: classesBefore }),
  });
}
