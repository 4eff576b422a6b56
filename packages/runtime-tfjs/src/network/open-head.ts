import { encodeSafetensors } from '@ztw/bundle';
import type { RowShape } from '@ztw/core';
import { type HeadLayer, type HeadParameters, previousClasses } from '@ztw/heads';
import type { StageProgram } from '@ztw/program';
import { type OpenProgram, openProgram } from '../inference/open-program.ts';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { featuresName, headSteps, previousLogitsName } from './head-steps.ts';
import { channelsLastShape } from './row-layout.ts';

export interface OpenHeadOptions {
  readonly tf: TensorflowInference;
  readonly layers: readonly HeadLayer[];
  readonly parameters: HeadParameters;
  /** Row shape of the features as heads see them; in memory, maps have their channels last. */
  readonly inputShape: RowShape;
  /** For messages. */
  readonly what: string;
}

/** A head's layers ready to run, with their result, channels first, in the place of a program's logits. At least one layer. */
export function openHead({ tf, layers, parameters, inputShape, what }: OpenHeadOptions): OpenProgram {
  const { steps, weights, output } = headSteps(layers, parameters, inputShape);
  const classesBefore = previousClasses({ layers });
  const program: StageProgram = {
    format: 'ztw-stage-program',
    version: 1,
    inputs: [{ name: featuresName, rowShape: channelsLastShape(inputShape) }],
    previousLogits: classesBefore === null ? null : previousLogitsName,
    outputs: [],
    logits: output,
    steps,
  };
  return openProgram({
    tf,
    steps: new TextEncoder().encode(JSON.stringify(program)),
    weights: encodeSafetensors(weights),
    path: what,
    what,
    ...(classesBefore === null ? {} : { previousClasses: classesBefore }),
  });
}
