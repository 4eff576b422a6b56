// Folds zero padding directly before a convolution into the convolution's own padding.

import { stepReads } from '../steps/program-steps.ts';
import type { ProgramBody } from './program-body.ts';

export function foldPads(body: ProgramBody): ProgramBody {
  const { steps, results } = body;
  const byOutput = new Map(steps.map((step) => [step.output, step]));
  const folded = steps.map((step) => {
    if (step.operator !== 'conv2d' && step.operator !== 'depthwise-conv2d') return step;
    const before = byOutput.get(step.input);
    if (before?.operator !== 'pad' || before.value !== 0 || results.includes(before.output)) return step;
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
  const read = new Set([...results, ...folded.flatMap(stepReads)]);
  return { ...body, steps: folded.filter(({ operator, output }) => operator !== 'pad' || read.has(output)) };
}
