// Matrix products.

import * as v from 'valibot';
import { formatShape, type Shape, sameAxis } from '../shapes/axis-size.ts';
import { checkBias, fixedLength, type StepShapes } from '../shapes/step-shapes.ts';
import { activation, type ProgramActivation, text, unary } from './step-fields.ts';
import { readsBoth, type Step, type StepKinds, type UnaryStep } from './step-kind.ts';

/** `[..., in]` times `[in, out]`, plus `[out]`. */
export interface DenseStep extends UnaryStep<'dense'> {
  readonly weight: string;
  readonly bias: string | null;
  readonly activation: ProgramActivation;
}

/** `[..., m, k]` times `[..., k, n]`; one factor may lack leading axes of the other; it is then repeated. */
export interface MatMulStep extends Step<'matmul'> {
  readonly left: string;
  readonly right: string;
}

export type ProductStep = DenseStep | MatMulStep;

function denseShape(step: DenseStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  const weight = known.weight(step.weight);
  const [inFeatures, outFeatures = 0] = weight;
  const given = shape.at(-1);
  if (weight.length !== 2 || outFeatures < 1 || given === undefined || given !== inFeatures) {
    known.refuse('`[..., in]` and a weight `[in, out]`', `${formatShape(shape)} and ${formatShape(weight)}`);
  }
  checkBias(known, step.bias, outFeatures);
  return [...shape.slice(0, -1), outFeatures];
}

function matMulShape(step: MatMulStep, known: StepShapes): Shape {
  const [left, right] = [known.read(step.left), known.read(step.right)];
  const received = `${formatShape(left)} and ${formatShape(right)}`;
  if (left.length < 2 || right.length < 2) known.refuse('two tensors of two axes or more', received);
  const inner = fixedLength(known, left, left.length - 1, 'a left factor');
  if (fixedLength(known, right, right.length - 2, 'a right factor') !== inner) {
    known.refuse('`[..., m, k]` and `[..., k, n]`', received);
  }
  const batch = batchShape(left.slice(0, -2), right.slice(0, -2));
  if (batch === null) {
    return known.refuse('leading axes of one factor that end in those of the other', received);
  }
  return [...batch, left.at(-2) ?? 1, right.at(-1) ?? 1];
}

/** Kernels repeat the smaller batch as a whole, so only leading axes may be missing. */
function batchShape(left: Shape, right: Shape): Shape | null {
  const rank = Math.max(left.length, right.length);
  const [first, second] = [padded(left, rank), padded(right, rank)];
  if (endsIn(first, second)) return first;
  return endsIn(second, first) ? second : null;
}

function padded(shape: Shape, rank: number): Shape {
  return [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
}

function endsIn(whole: Shape, part: Shape): boolean {
  const start = part.findIndex((size) => size !== 1);
  return start < 0 || whole.every((size, axis) => axis < start || sameAxis(size, part[axis]));
}

export const productSteps: StepKinds<ProductStep> = {
  dense: {
    schema: v.strictObject({
      operator: v.literal('dense'),
      ...unary,
      weight: text,
      bias: v.nullable(text),
      activation,
    }),
    reads: ({ input, weight, bias }) => [input, weight, ...(bias === null ? [] : [bias])],
    shape: denseShape,
  },
  matmul: {
    schema: v.strictObject({ operator: v.literal('matmul'), output: text, left: text, right: text }),
    reads: readsBoth,
    shape: matMulShape,
  },
};
