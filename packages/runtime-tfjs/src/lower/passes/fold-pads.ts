// Zeros around a map right before a convolution become the convolution's own padding.

import { type ProgramStep, stepReads } from '@ztw/program';

/** @param result Name that must stay. */
export function foldPads(steps: readonly ProgramStep[], result: string): readonly ProgramStep[] {
  const byOutput = new Map(steps.map((step) => [step.output, step]));
  const folded = steps.map((step) => {
    if (step.operator !== 'conv2d' && step.operator !== 'depthwise-conv2d') return step;
    const before = byOutput.get(step.input);
    if (before?.operator !== 'pad' || before.value !== 0 || before.output === result) return step;
    const [rows, vertical, horizontal, channels] = before.pads;
    const sides = [...(rows ?? []), ...(channels ?? [])];
    if (vertical === undefined || horizontal === undefined || sides.some((count) => count !== 0)) return step;
    const [top, bottom, left, right] = step.pads;
    return {
      ...step,
      input: before.input,
      pads: [top + vertical[0], bottom + vertical[1], left + horizontal[0], right + horizontal[1]] as const,
    };
  });
  const read = new Set([result, ...folded.flatMap(stepReads)]);
  return folded.filter(({ operator, output }) => operator !== 'pad' || read.has(output));
}
