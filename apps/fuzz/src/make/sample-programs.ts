// Programs with one kind of step each, as whole networks, and stages of small networks. Changed steps stay a network
// where their result still has a shape.

import { inferProgramShapes, type ProgramStep, type TensorProgram } from '@ztw/program';
import { rowShape, stepCases, stepWeights } from '../../../../packages/program/src/__fixtures__/step-cases.ts';
import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import type { Random } from '../random.ts';

export { rowShape, stepWeights };

export const weightShapes: ReadonlyMap<string, readonly number[]> = new Map(
  [...stepWeights].map(([name, { shape }]) => [name, shape]),
);

/** A program of a random kind of step, changed in up to two places, and its number of classes. */
export function randomProgram(random: Random): { readonly program: TensorProgram; readonly classes: number } {
  const { steps } = random.pick(stepCases);
  const changes = random.below(3);
  const changed = changes === 0 ? steps : (mutateJson(steps, random.next, changes) as readonly ProgramStep[]);
  const classes = valuesOf(changed);
  return { program: closed(changed, classes), classes };
}

/** A program that is not changed. */
export const goodProgram: { readonly program: TensorProgram; readonly classes: number } = {
  program: closed([{ operator: 'softmax', input: 'image', output: 'x' }], 72),
  classes: 72,
};

/** The steps, and their result `x` as one row of values. */
function closed(steps: readonly ProgramStep[], size: number): TensorProgram {
  return {
    format: 'ztw-stage-program',
    version: 1,
    inputs: [{ name: 'image', rowShape }],
    previousLogits: null,
    outputs: [],
    logits: 'result',
    steps: [...steps, { operator: 'reshape', input: 'x', shape: [{ perRow: 1 }, size], output: 'result' }],
  };
}

/** Values per row of the result; any number where the steps do not fit together, which the parser is to find. */
function valuesOf(steps: readonly ProgramStep[]): number {
  try {
    const shapes = inferProgramShapes({ ...closed(steps, 1), logits: 'x', steps }, weightShapes);
    const shape = shapes.get('x') ?? [];
    return shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : size.perRow), 1);
  } catch {
    return 4;
  }
}
