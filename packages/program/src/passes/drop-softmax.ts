// Removes a softmax at the end of a network, so that the program returns logits.

import { fixedValue } from '../write/size.ts';
import type { ProgramBody } from './program-body.ts';

export interface WithoutSoftmax {
  readonly body: ProgramBody;
  /** Name of the softmax's input; the name of the result if there is no softmax. */
  readonly logits: string;
  readonly dropped: boolean;
}

/**
 * Drops the last softmax. It may be followed by reshapes.
 * @param body Has one result. The shape of the softmax's output must be known.
 * @param classes Number of classes. A softmax over another number of values is kept.
 */
export function dropSoftmax(body: ProgramBody, classes: number): WithoutSoftmax {
  const { steps, shapes } = body;
  const [result = ''] = body.results;
  const byOutput = new Map(steps.map((step) => [step.output, step]));
  let last = byOutput.get(result);
  while (last?.operator === 'reshape') last = byOutput.get(last.input);
  const size = last === undefined ? undefined : shapes.get(last.output)?.at(-1);
  if (last?.operator !== 'softmax' || size === undefined || fixedValue(size) !== classes) {
    return { body, logits: result, dropped: false };
  }
  const { input, output } = last;
  const others = steps
    .filter((step) => step.output !== output)
    .map((step) => (step.operator === 'reshape' && step.input === output ? { ...step, input } : step));
  const logits = result === output ? input : result;
  return { body: { ...body, steps: others, results: [logits] }, logits, dropped: true };
}
