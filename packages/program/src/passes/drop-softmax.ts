// A softmax at the very end goes: what reads it reads its input, which are the logits.

import { fixedValue } from '../write/size.ts';
import type { ProgramBody } from './program-body.ts';

export interface WithoutSoftmax {
  readonly body: ProgramBody;
  /** Name of what the softmax was made of; the result itself where there was none. */
  readonly logits: string;
  readonly dropped: boolean;
}

/**
 * Looks behind the reshapes that a network may end in.
 * @param body With one result; the shape of what the softmax gives must be known.
 * @param classes A softmax over another number of values stays.
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
