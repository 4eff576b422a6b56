// A softmax at the very end goes: what reads it reads its input, which are the logits.

import type { ProgramStep } from '@ztw/program';

export interface WithoutSoftmax {
  readonly steps: readonly ProgramStep[];
  readonly logits: string;
  readonly dropped: boolean;
}

/**
 * Looks behind the reshapes that a network may end in.
 * @param lastAxis Length of the last axis of a result, where it is known; a softmax over less than all classes stays.
 */
export function dropSoftmax(
  steps: readonly ProgramStep[],
  result: string,
  classes: number,
  lastAxis: (name: string) => number | undefined,
): WithoutSoftmax {
  const byOutput = new Map(steps.map((step) => [step.output, step]));
  let last = byOutput.get(result);
  while (last?.operator === 'reshape') last = byOutput.get(last.input);
  if (last?.operator !== 'softmax' || lastAxis(last.output) !== classes) {
    return { steps, logits: result, dropped: false };
  }
  const { input, output } = last;
  const others = steps
    .filter((step) => step.output !== output)
    .map((step) => (step.operator === 'reshape' && step.input === output ? { ...step, input } : step));
  return { steps: others, logits: result === output ? input : result, dropped: true };
}
